"""Reading a PDF back as a reader's program does: text, tags, attachments, and where the text stands."""

import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pypdf import PdfReader


def squash(text: str) -> str:
    """Text without blanks, line breaks and the hints of where a long name may break."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text)


@dataclass(frozen=True)
class Run:
    """A piece of text and where it begins, in points from the page's lower left corner."""

    page: int
    x: float
    y: float
    text: str


class Pdf:
    """A finished report."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.reader = PdfReader(io.BytesIO(content))

    @cached_property
    def pages(self) -> list[str]:
        return [squash(page.extract_text()) for page in self.reader.pages]

    @cached_property
    def text(self) -> str:
        return "".join(self.pages)

    def attachment(self, name: str) -> str:
        return self.reader.attachments[name][0].decode("utf-8")

    def tagged(self) -> list[tuple[str, dict[str, Any]]]:
        """Every structure element: its kind and its properties, in reading order."""
        found: list[tuple[str, dict[str, Any]]] = []
        pending = [self.reader.trailer["/Root"]["/StructTreeRoot"]]
        while pending:
            element = pending.pop().get_object()
            if not isinstance(element, dict):
                continue
            if "/S" in element:
                found.append((str(element["/S"])[1:], element))
            children = element.get("/K", [])
            children = children.get_object() if hasattr(children, "get_object") else children
            pending.extend(reversed(children if isinstance(children, list) else [children]))
        return found

    def runs(self) -> list[Run]:
        found: list[Run] = []
        for number, page in enumerate(self.reader.pages):

            def seen(text: str, cm: list[float], tm: list[float], font: Any, size: Any, number: int = number) -> None:
                if text.strip():
                    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
                    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                    found.append(Run(number, round(x, 1), round(y, 1), text.strip()))

            page.extract_text(visitor_text=seen)
        return found
