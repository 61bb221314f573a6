"""Markdown as plain text, for those who read mail without pictures and letters."""

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode


def text_of(markdown: str) -> str:
    """The same words without marks: headings in capitals, lists with dashes, addresses in brackets."""
    root = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).parse(markdown))
    return "\n\n".join(block for child in root.children if (block := _block(child)))


def _block(node: SyntaxTreeNode, indent: str = "") -> str:
    if node.type == "heading":
        return _inline(node).upper()
    if node.type in ("bullet_list", "ordered_list"):
        first = int(node.attrs.get("start", 1))
        marks = [f"{first + n}." if node.type == "ordered_list" else "-" for n in range(len(node.children))]
        return "\n".join(
            indent + mark + " " + "\n".join(_block(part, indent + "  ") for part in item.children)
            for mark, item in zip(marks, node.children, strict=True)
        )
    if node.type == "blockquote":
        return "\n".join(_block(child, indent) for child in node.children)
    if node.type == "hr":
        return ""
    return node.content.rstrip() if node.type in ("fence", "code_block") else _inline(node)


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return " " if node.type == "softbreak" else "\n"
    if node.type in ("text", "code_inline"):
        return node.content
    words = "".join(_inline(child) for child in node.children)
    address = str(node.attrs.get("href", "")) if node.type == "link" else ""
    return f"{words} ({address})" if address and address != words else words
