"""Links lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import ROOT, anchors, links, name, pages


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_resolve(page: Path) -> None:
    """Every relative link of a page names a file of the repository, and a heading in it."""
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT) and target.exists(), f"{page}: {link}"
        assert not anchor or anchor in anchors(target), f"{page}: {link}"


def test_every_page_is_reachable() -> None:
    """A reader who follows links from the README gets to every page."""
    todo, seen = [ROOT / "README.md"], set()
    while todo:
        page = todo.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.suffix == ".md":
            paths = (link.partition("#")[0] for link in links(page) if "://" not in link)
            todo += [(page.parent / path).resolve() for path in paths if path]
    assert set(pages()) <= seen
