"""URL rules as regular expressions over paths as they are sent, in the order that werkzeug tries.

The expressions hold only what PCRE, RE2 and Python read alike, in printable ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

_TOKEN = re.compile(
    r"(?P<slash>/)|(?P<static>[^</]+)"
    r"|<(?:(?P<converter>[a-zA-Z_]\w*)(?:\((?P<arguments>.*?)\))?:)?[a-zA-Z_]\w*>",
    re.ASCII,
)
_ITEM = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w.]+))\s*(?:,|$)""")
_HEX = "[A-Fa-f0-9]"
_CONVERTERS = {
    "int": (r"[0-9]+", 50),
    "float": (r"[0-9]+\.[0-9]+", 50),
    "uuid": (f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}", 100),
    "path": ("[^/].*", 200),
}
_KNOWN = {*_CONVERTERS, "any", "string", "default", None}
_SEGMENT = ("[^/]+", 100)
"""What plain variables take, and all that is known of an application's own converter."""

_NOT_QUOTED = "!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands between two slashes of a rule: a literal, or an expression.

    `rest` says that it takes slashes too, and so everything that follows. `own` names the
    application's own converters in it.
    """

    expression: str
    literal: str | None
    rest: bool
    weight: tuple[object, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A rule's expression, and its place among others.

    One that isn't `exact` matches more than the rule does. `lenient` also matches without the
    slash that the rule ends in: such a request is redirected if its method is one of the rule's.
    """

    expression: str
    lenient: str
    parts: tuple[Part, ...]
    exact: bool
    order: tuple[object, ...]

    def overlaps(self, other: Pattern) -> bool:
        """Whether some path may match both; in doubt, yes."""
        for mine, theirs in zip(self.parts, other.parts, strict=False):
            if mine.rest or theirs.rest:
                return True
            if not _compatible(mine, theirs):
                return False
        return len(self.parts) == len(other.parts)

    def ties(self, other: Pattern) -> bool:
        """Whether which of the two is tried first is decided by neither's text."""
        for mine, theirs in zip(self.parts, other.parts, strict=False):
            if (mine.literal is None, mine.weight) != (theirs.literal is None, theirs.weight):
                return False
            told = (mine.expression, mine.own) == (theirs.expression, theirs.own)
            if mine.literal is None and not told:
                return True
        return False


def pattern(rule: str, *, strict_slashes: bool = True) -> Pattern:
    """The pattern of one of werkzeug's rules.

    It isn't exact where a converter has limits: they count characters, and paths are escaped.
    Nor is it where slashes don't matter, or where one ends a part that takes slashes.
    """
    tokens = _split(rule)
    slash = len(tokens) > 1 and not tokens[-1]
    parts = tuple(_part(part) for part in (tokens[:-1] if slash else tokens))
    text = "/" + "/".join(part.expression for part in parts)
    lenient = text + "/?" * (slash or not strict_slashes)
    limited = any(_has_limits(token) for part in tokens for token in part)
    swallowed = any(part and part[-1]["slash"] for part in tokens)
    return Pattern(
        expression=text + "/" * slash if strict_slashes else lenient,
        lenient=lenient,
        parts=parts,
        exact=strict_slashes and not limited and not swallowed,
        order=tuple((p.literal is None, p.weight) for p in parts) + ((False,),) * slash,
    )


def literal(text: str) -> str:
    """An expression that matches `text` as clients write it into a path."""
    return "".join(
        c if c.isalnum() or c in "-_~%" else f"\\x{ord(c):02x}"
        for c in quote(text, safe=_NOT_QUOTED)
    )


def _split(rule: str) -> list[list[re.Match[str]]]:
    """The rule's tokens, part by part; a part that takes slashes has all that follow."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(rule):
        if token["slash"] and not any(t["converter"] == "path" for t in parts[-1]):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts[1:]


def _part(tokens: Sequence[re.Match[str]]) -> Part:
    variables = [token for token in tokens if not token["static"] and not token["slash"]]
    static = [token["static"] for token in tokens if token["static"]]
    weights = tuple(_CONVERTERS.get(t["converter"] or "", _SEGMENT)[1] for t in variables)
    return Part(
        expression=re.sub("/$", "/?", "".join(map(_expression, tokens))),
        literal=None if variables else quote("".join(static), safe=_NOT_QUOTED),
        rest=any(token["converter"] == "path" for token in variables),
        own=tuple(t["converter"] for t in variables if t["converter"] not in _KNOWN),
        weight=(-len(static), tuple((n, -len(text)) for n, text in enumerate(static)),
                -len(weights), weights) if variables else (),
    )  # fmt: skip


def _expression(token: re.Match[str]) -> str:
    if token["slash"]:
        return "/"
    if token["static"]:
        return literal(token["static"])
    if token["converter"] == "any":
        items = ["".join(found) for found in _ITEM.findall(token["arguments"] or "")]
        return "({})".format("|".join(map(literal, items)))
    if _has_limits(token):
        return ".+" if token["converter"] == "path" else "[^/]+"
    return _CONVERTERS.get(token["converter"] or "", _SEGMENT)[0]


def _has_limits(token: re.Match[str]) -> bool:
    return token["converter"] in ("string", "default", "int", "float") and bool(token["arguments"])


def _compatible(one: Part, other: Part) -> bool:
    if one.literal is not None and other.literal is not None:
        return one.literal == other.literal
    if one.literal is None and other.literal is None:
        return True
    fixed, free = (one, other) if one.literal is not None else (other, one)
    return re.fullmatch(free.expression, str(fixed.literal)) is not None
