// Adds a field that narrows long tables and the list of pages. Everything can be read without it.
"use strict";
for (const list of document.querySelectorAll("table, .sider")) {
  const rows = list.matches("table") ? list.tBodies[0].rows : list.children;
  if (rows.length < 12) continue;
  const label = document.createElement("label");
  const field = document.createElement("input");
  const count = document.createElement("span");
  label.className = "find";
  field.type = "search";
  count.setAttribute("role", "status");
  label.append(list.matches("table") ? "Find i tabellen" : "Find en side", field);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLocaleLowerCase("da");
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLocaleLowerCase("da").includes(wanted);
      if (!row.hidden) shown += 1;
    }
    count.textContent = wanted ? `${shown} af ${rows.length} vises.` : "";
  });
  (list.matches("table") ? list.parentElement : list).before(label, count);
}
