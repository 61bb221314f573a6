"""The looks of a workbook's cells, in the colours and sizes of the other products."""

from typing import Any

from kdi.excel.contents import DAY, MONTH, NUMBER, RATE, SHARE
from kdi.notation import danish

INK, SECOND, ACCENT = "#1F2937", "#4B5563", "#0B5394"
_HEADING = {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "valign": "vcenter"}


def with_small(form: str) -> str:
    """The format with a mark for what is more than nothing and rounds to it; no figure of a workbook is negative."""
    decimals = form.rstrip(" %").partition(".")[2]
    if not decimals or set(decimals) != {"0"}:
        return form
    share = form.endswith("%")
    least = 10.0 ** -len(decimals)
    unit = "\u00a0%" if share else ""
    return (
        f'[=0]{form};[<{least / (200 if share else 2):.6f}]"<\u00a0{danish.number(least, len(decimals))}{unit}";{form}'
    )


class Styles:
    """Formats by use. XlsxWriter's belong to one book."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.title = self._made(bold=True, font_size=20)
        self.lead = self._made(bold=True, font_size=14)
        self.second = self._made(font_color=SECOND)
        self.text = self._made()
        self.strong = self._made(bold=True)
        self.indented = self._made(indent=1, align="left")
        self.wrapped_strong = self._made(bold=True, text_wrap=True)
        self.wrapped = self._made(text_wrap=True, valign="top")
        self.beside_numbers = self._made(text_wrap=True, valign="top", indent=1, align="left")
        self.link = self._made(font_color=ACCENT, underline=1)
        self.heading = self._made(**_HEADING, text_wrap=True)
        # a text begins apart from the number before it
        self.after_number = self._made(indent=1, align="left")
        self.link_after_number = self._made(font_color=ACCENT, underline=1, indent=1, align="left")
        self.heading_after_number = self._made(**_HEADING, indent=1)
        self.heading_of_numbers = self._made(**_HEADING, text_wrap=True, align="right")
        self.heading_of_months = self._made(**_HEADING, align="right", num_format=MONTH)
        self.right = self._made(align="right")
        self._total = {"bold": True, "top": 1, "top_color": SECOND}
        self.total = self._made(**self._total)
        self.numbers = {form: self._number(form) for form in (NUMBER, SHARE, RATE, MONTH, DAY)}
        self._strong_number = self._made(bold=True, num_format=NUMBER, align="right")
        self._total_number = self._made(**self._total, num_format=NUMBER, align="right")

    def number(self, form: str) -> Any:
        """A number in a format of the catalogue; to the right also where a dash stands for it."""
        if form not in self.numbers:
            self.numbers[form] = self._number(form)
        return self.numbers[form]

    def of_row(self, depth: int, most: int) -> tuple[Any, Any]:
        """Text and figures of a pivot's row: the total, a sum, or the innermost."""
        if depth == 0:
            return self.total, self._total_number
        if depth < most:
            return self.strong, self._strong_number
        return (self.indented if most > 1 else self.text), self.numbers[NUMBER]

    def _number(self, form: str) -> Any:
        return self._made(num_format=with_small(form), align="right")

    def _made(self, **look: Any) -> Any:
        return self._book.add_format(
            {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top", **look}
        )
