"""A web page as it is read: tables with their headings, charts by what they say, and each line of text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html

from .pieces import Piece, Place, Sentence, Table

# Elements that are parts of a line; all others stand by themselves.
_PARTS = {"a", "b", "i", "span", "strong", "em", "br"}
_UNREAD = {"style", "script", "head", "svg", "nav"}


def read(path: Path, place: Place) -> Iterator[Piece]:
    """Every table and text of a page; the menu and what is hidden from screen readers hold no figures."""
    tree = html.fromstring(path.read_text(encoding="utf-8"))
    yield from _pieces(tree.find("body"), place)


def subject(path: Path) -> str:
    """What stands over the page's first heading, else the heading: whom or what it is about."""
    tree = html.fromstring(path.read_text(encoding="utf-8"))
    (over,) = tree.find_class("over") or tree.xpath("//h1")
    return _even(over.text_content())


def _pieces(element: Any, place: Place) -> Iterator[Piece]:
    titles = {e.get("id"): _even(e.text_content()) for e in element.iter() if e.get("id") and e.tag in ("h2", "h3")}

    def walk(element: Any) -> Iterator[Piece]:
        if element.tag == "table":
            head, *body = ([c for c in row if c.tag in ("th", "td")] for row in element.iter("tr"))
            rows = tuple(tuple(_even(c.text_content()) for c in row) for row in body)
            yield Table(
                place, titles[element.get("aria-labelledby")], tuple(_even(c.text_content()) for c in head), rows
            )
            return
        said = element.text or ""
        for kid in element:
            if not isinstance(kid.tag, str) or kid.get("aria-hidden") == "true":
                pass
            elif kid.tag == "svg":
                yield Sentence(place, kid.get("aria-label"))
            elif kid.tag in _PARTS:
                said += f" {kid.text_content()} "
            elif kid.tag not in _UNREAD:
                if said.strip():
                    yield Sentence(place, _even(said))
                said = ""
                yield from walk(kid)
            said += kid.tail or ""
        if said.strip():
            yield Sentence(place, _even(said))

    yield from walk(element)


def _even(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[\u200b\u00ad]", "", text)).strip()
