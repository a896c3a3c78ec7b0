"""What a client has seen of each owner's feed: it travels in a cookie and a header."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Any, Dict, Iterable, Mapping

from servicekit.exchange import Headers

NAME = "X-Servicekit-Seen"
_ENTRY = re.compile(r"([\w-]{1,64}):(\d{1,18})\Z", re.ASCII)


def positions(environ: Mapping[str, Any], owners: Iterable[str]) -> Dict[str, int]:
    """Return owner → position as the client names them; other owners are left out."""
    known = frozenset(owners)
    return {owner: at for owner, at in _positions(environ).items() if owner in known}


def _positions(environ: Mapping[str, Any]) -> Dict[str, int]:
    texts = [str(environ.get("HTTP_X_SERVICEKIT_SEEN", "")), _cookie(environ)]
    found: Dict[str, int] = {}
    for entry in "|".join(texts).split("|"):
        match = _ENTRY.match(entry)
        if match:
            owner, position = match.group(1), int(match.group(2))
            found[owner] = max(position, found.get(owner, 0))
    return found


def headers(environ: Mapping[str, Any], now: Mapping[str, int]) -> Headers:
    """Return the headers by which the client learns what it has seen by now."""
    merged = _positions(environ)
    for owner, position in now.items():
        merged[owner] = max(position, merged.get(owner, 0))
    text = "|".join(f"{owner}:{position}" for owner, position in sorted(merged.items()))
    if not text:
        return []
    return [(NAME, text), ("Set-Cookie", f"{NAME}={text}; Path=/; HttpOnly; SameSite=Lax")]


def _cookie(environ: Mapping[str, Any]) -> str:
    try:
        morsel = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
