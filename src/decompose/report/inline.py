"""Styles and scripts as they stand inside a page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from decompose.render import asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """A style or script as it stands in the page, and the hash that the page's policy allows."""

    text: str
    digest: str


def inline(name: str) -> Inline:
    """The style or script of that name among the templates."""
    text = asset(name)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return Inline(text=text, digest=f"'sha256-{digest}'")
