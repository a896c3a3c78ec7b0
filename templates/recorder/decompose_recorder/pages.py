"""Which tables of an SQLite database may have changed, by its pages.

An image of the database is taken in no time, while rows cost an object for each value. Its format
is fixed: https://www.sqlite.org/fileformat2.html. Whoever wrote, and however, a page differs.
"""

from __future__ import annotations

import struct
from typing import Dict, Iterator, Optional, Set

_HEADER = 100  # of the file, on its first page
_INTERIOR = (2, 5)  # pages that lead to others, of an index and of a table
_CELLS = 12  # where the places of their cells begin


def touched(before: bytes, after: bytes, roots: Dict[int, str]) -> Optional[Set[str]]:
    """Return the tables that have pages of their own which differ, None if any may have changed.

    `roots` has the first page of each table and index, with its table. What belongs to none holds
    the rest of long rows, or nothing any more; when it differs, nobody can tell whose it is.
    """
    size = struct.unpack_from(">H", after, 16)[0]
    size = 65536 if size == 1 else size
    if before[16:18] != after[16:18]:
        return None
    pages = range(1, len(after) // size + 1)
    differ = [n for n in pages if _page(before, size, n) != _page(after, size, n)]
    try:
        owners = {page: roots[root] for root in roots for page in _tree(after, size, root)}
    except (IndexError, struct.error):  # the schema was changed between the roots and the image
        return None
    return {owners[page] for page in differ} if owners.keys() >= set(differ) else None


def _page(image: bytes, size: int, number: int) -> bytes:
    return image[(number - 1) * size : number * size]


def _tree(image: bytes, size: int, number: int) -> Iterator[int]:
    """Yield this page and those that it leads to."""
    yield number
    page = (number - 1) * size
    head = page + (_HEADER if number == 1 else 0)
    if image[head] in _INTERIOR:
        count, last = struct.unpack_from(">H3xI", image, head + 3)
        for cell in struct.unpack_from(f">{count}H", image, head + _CELLS):
            yield from _tree(image, size, struct.unpack_from(">I", image, page + cell)[0])
        yield from _tree(image, size, last)
