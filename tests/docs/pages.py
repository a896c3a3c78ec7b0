"""The Markdown files, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language and its text without indentation."""

    language: str
    body: str


def pages() -> list[Path]:
    """Every Markdown file that is ours."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def name(page: Path) -> str:
    """A page's path as a test's name."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    for match in _FENCE.finditer(page.read_text(encoding="utf-8")):
        lines = match["body"].split("\n")
        body = "\n".join(line.removeprefix(match["indent"]) for line in lines)
        yield Block(language=match["language"], body=body)


def links(page: Path) -> Iterator[str]:
    """Where a page's links lead, blocks left out."""
    yield from _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def commands(page: Path) -> Iterator[str]:
    """The `decompose ...` commands that a page's console blocks show."""
    for block in blocks(page):
        for line in block.body.split("\n"):
            shown = line.strip().removeprefix("$ ").removeprefix("- run: ")
            if block.language in {"console", "yaml"} and shown.startswith("decompose "):
                yield re.split(r" [|>#] ?", shown)[0]


def first_column(page: Path) -> set[str]:
    """The first code span of each row of a page's tables."""
    rows = [row for row in page.read_text(encoding="utf-8").split("\n") if row.startswith("| `")]
    return {match[1] for row in rows if (match := _CODE.search(row))}


def anchors(page: Path) -> set[str]:
    """The anchors that a forge gives to a page's headings."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
