// Tables can be narrowed, sorted and taken along as CSV; long ones begin with their first rows. Everything can be read
// without it.
"use strict";
const FEW = 12;
const order = new Intl.Collator("da", { numeric: true });
const make = (name, properties) => Object.assign(document.createElement(name), properties);

// What a cell sorts by: a date, a number as it is written in Danish, or text. What is missing comes last.
const keyOf = (text) => {
  const day = text.match(/^(\d{2})[.-](\d{2})[.-](\d{4})$/);
  if (day) return Number(day[3] + day[2] + day[1]);
  const number = text.replace("−", "-").match(/^(?:færre end |mindst )?([+-]?\d[\d.]*(?:,\d+)?)(?:\s|$)/);
  return number ? Number(number[1].replaceAll(".", "").replace(",", ".")) : text;
};
const isMissing = (text) => ["", "–", "for få", "ikke oplyst", "kan ikke måles"].includes(text);

const sort = (table, column, falling) => {
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.cells[column].textContent.trim()]);
  rows.sort(([, a], [, b]) => {
    if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
    const [x, y] = [keyOf(a), keyOf(b)];
    const way = typeof x === "number" && typeof y === "number" ? x - y : order.compare(a, b);
    return falling ? -way : way;
  });
  table.tBodies[0].append(...rows.map(([row]) => row));
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    if (place === column) head.ariaSort = falling ? "descending" : "ascending";
    else head.removeAttribute("aria-sort");
  });
};

// As harmless() in kdi/notation/spreadsheet.py: no cell is computed by the program that opens the file.
const harmless = (text) =>
  /^[+-]\d[\d.,]*(?:\s?%)?$/.test(text) || !/^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? text : `'${text}`;
const quoted = (text) => (/[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (table) =>
  [...table.rows]
    .map((row) => [...row.cells].map((cell) => quoted(harmless(cell.textContent.trim()))).join(";"))
    .join("\r\n");

const withTools = (table) => {
  const heads = [...table.tHead.rows[0].cells];
  const title = document.getElementById(table.getAttribute("aria-labelledby")).textContent;
  const tools = make("div", { className: "redskaber" });
  heads.forEach((head, column) => {
    const button = make("button", { type: "button", textContent: head.textContent });
    button.addEventListener("click", () => sort(table, column, head.ariaSort === "ascending"));
    head.replaceChildren(button);
  });
  const choice = make("select", {});
  heads.forEach((head, column) => choice.append(make("option", { value: column, textContent: head.textContent })));
  choice.prepend(make("option", { value: "", textContent: "som vist", selected: true }));
  choice.addEventListener("change", () => choice.value && sort(table, Number(choice.value), false));
  const label = make("label", { className: "sorter", textContent: "Sortér efter" });
  label.append(choice);
  const save = make("a", { href: "#", textContent: "Hent CSV", className: "hent" });
  save.setAttribute("aria-label", `Hent CSV: ${title}`);
  save.addEventListener("click", () => {
    save.href = URL.createObjectURL(new Blob(["\ufeff", csv(table)], { type: "text/csv;charset=utf-8" }));
    save.download = `${title.toLocaleLowerCase("da").replace(/[^a-zæøå0-9]+/g, "-").slice(0, 60)}.csv`;
  });
  tools.append(label, save);
  table.parentElement.before(tools);
  return tools;
};

// Only the first rows until somebody asks for all, or looks for something.
const withMore = (list, rows, after) => {
  const most = window.matchMedia("(max-width: 40rem)").matches ? FEW : 2 * FEW;
  if (rows.length <= 1.5 * most) return () => {};
  const button = make("button", { type: "button", className: "flere", textContent: `Vis alle ${rows.length}` });
  const open = () => {
    list.classList.remove("kun-de-foerste");
    button.remove();
  };
  list.style.setProperty("--antal", most);
  list.classList.add("kun-de-foerste");
  [...rows].slice(most).forEach((row) => row.classList.add("senere"));
  button.addEventListener("click", open);
  after.after(button);
  return open;
};

const withSearch = (list, rows, before, open) => {
  const label = make("label", { className: "find", textContent: list.matches("table") ? "Find i tabellen" : "Find en side" });
  const field = make("input", { type: "search" });
  const count = make("span", {});
  count.setAttribute("role", "status");
  label.append(field);
  field.addEventListener("input", () => {
    open();
    const wanted = field.value.trim().toLocaleLowerCase("da");
    let shown = 0;
    for (const row of rows()) {
      row.hidden = !row.textContent.toLocaleLowerCase("da").includes(wanted);
      if (!row.hidden) shown += 1;
    }
    count.textContent = wanted ? `${shown} af ${rows().length} vises.` : "";
  });
  before.before(label, count);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked && !list.matches("table")) {
    field.value = asked;
    field.dispatchEvent(new Event("input"));
  }
};

// On a front page: the list of all pages, narrowed to what is written here.
for (const place of document.querySelectorAll(".soeg")) {
  const form = make("form", { action: "soeg.html" });
  form.setAttribute("role", "search");
  const label = make("label", { className: "find", textContent: "Find et system, en snitflade eller et emne" });
  label.append(make("input", { type: "search", name: "q" }));
  form.append(label, make("button", { type: "submit", className: "flere", textContent: "Søg" }));
  place.append(form);
}

for (const list of document.querySelectorAll("table, .sider")) {
  const isTable = list.matches("table");
  const rows = () => (isTable ? list.tBodies[0].rows : list.children);
  const tools = isTable ? withTools(list) : list;
  const open = withMore(list, rows(), isTable ? list.parentElement : list);
  if (rows().length >= FEW) withSearch(list, rows, tools, open);
  if (isTable) list.tHead.addEventListener("click", open);
}
// A table wider than the page says so.
const tell = () => {
  for (const box of document.querySelectorAll(".rul")) box.classList.toggle("bred-tabel", box.scrollWidth > box.clientWidth + 1);
};
addEventListener("resize", tell);
tell();
