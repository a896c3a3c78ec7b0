"""A page as places: each element's attributes and texts, by its position in the tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input"),
        *("link", "meta", "param", "source", "track", "wbr"),
    }
)
_SPACE = re.compile(r"\s+")
_AS_WRITTEN = frozenset({"pre", "textarea", "script", "style"})


def html_places(text: str) -> Iterator[tuple[str, str]]:
    """The places of a page; white space between words counts as one space, but in `pre`."""
    parser = _Places()
    parser.feed(text)
    parser.close()
    return iter(parser.found)


class _Places(HTMLParser):
    """Numbers what an element holds, texts and elements alike, so that their order counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._tags: list[str] = []
        self._counts = [0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)
        if tag in _VOID:
            self._close()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)
        self._close()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._tags:
            self._note(f"/{tag}", "")
            return
        while self._tags[-1] != tag:
            self._close()
        self._close()

    def handle_data(self, data: str) -> None:
        verbatim = bool(_AS_WRITTEN.intersection(self._tags))
        self._note("text", data if verbatim else _SPACE.sub(" ", data))

    def handle_comment(self, data: str) -> None:
        self._note("comment", data)

    def handle_decl(self, decl: str) -> None:
        self._note("declaration", decl)

    def _open(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, f"<{tag}>")
        self._path.append(f"{tag}[{self._counts[-1]}]")
        self._tags.append(tag)
        self._counts.append(0)
        seen: Counter[str] = Counter()
        for name, value in sorted(attrs, key=lambda pair: pair[0]):
            seen[name] += 1
            again = f" ({seen[name]})" if seen[name] > 1 else ""
            self.found.append((f"/{'/'.join(self._path)}/@{name}{again}", value or ""))

    def _close(self) -> None:
        self._path.pop()
        self._tags.pop()
        self._counts.pop()

    def _note(self, what: str, value: str) -> None:
        self._counts[-1] += 1
        self.found.append((f"/{'/'.join([*self._path, what])}[{self._counts[-1]}]", value))
