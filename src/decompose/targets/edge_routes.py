"""Who answers which path at the edge: what every edge program's configuration is made of.

Edge programs match regular expressions against paths as they are sent. What these can't decide
exactly as the Flask gateway does, the Flask gateway behind the edge decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from decompose.domain.patterns import Pattern, literal, pattern

GATEWAY = "gateway"
_ANY = "[^ ]+"
_READ = ("GET", "HEAD")
_ODD = (
    r".*(//|/\.\.?(/.*)?$|%([^289A-Fa-f]|2?$|2[^0]|[89A-Fa-f]([^0-9A-Fa-f]|$))"
    r"|[^!$%&-;=@-Z_a-z~]).*"
)
"""Paths that servers normalise, and escapes of what stands in rules as it is."""

_INTERNAL = "/internal(/.*)?"
_ESCAPED = ".*%.*"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRoute:
    """Requests whose method and path match two expressions as a whole go to `service`."""

    methods: str
    path: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    pattern: Pattern
    methods: tuple[str, ...]
    service: str


def edge_routes(table: Mapping[str, Any]) -> tuple[EdgeRoute, ...]:
    """The routes of a routing table: the first that matches decides, and the last always does.

    A rule that no other service's rule overlaps stands for all methods of its paths: its service
    answers what is not allowed, and OPTIONS, itself. Where rules of several services overlap,
    each has its methods, and the Flask gateway answers for the path as a whole.
    """
    rules = sorted((_rule(entry) for entry in table["routes"]), key=lambda r: r.pattern.order)
    shared = [_settled(rule, rules) for rule in rules if _others(rule, rules)]
    own = [rule for rule in rules if not _others(rule, rules)]
    return (
        EdgeRoute(methods=_ANY, path=_ODD, service=GATEWAY),
        *(EdgeRoute(methods=_either(_READ), path=pattern(entry["path"]).expression, service=GATEWAY)
          for entry in table.get("compositions", ())),
        EdgeRoute(methods=_ANY, path=_INTERNAL, service=GATEWAY),
        *(EdgeRoute(methods=_either({*rule.methods} - {"OPTIONS"}), path=rule.pattern.lenient,
                    service=rule.service) for rule in shared),
        *_once(route for rule in own for route in _whole(rule)),
        *_once(EdgeRoute(methods=_ANY, path=rule.pattern.lenient, service=GATEWAY)
               for rule in shared),
        EdgeRoute(methods=_ANY, path=_ESCAPED, service=GATEWAY),
        EdgeRoute(methods=_ANY, path=".*", service=table["default"]),
    )  # fmt: skip


def _rule(entry: Mapping[str, Any]) -> _Rule:
    read = pattern(entry["rule"], strict_slashes=entry.get("strict_slashes", True))
    own = read.exact and entry.get("mode", "service") == "service"
    return _Rule(
        pattern=read,
        methods=tuple(sorted(entry["methods"])),
        service=entry["service"] if own else GATEWAY,
    )


def _others(rule: _Rule, rules: Sequence[_Rule]) -> list[_Rule]:
    """Rules that some of its paths may match too and that others answer."""
    return [other for other in rules
            if rule.service != other.service and rule.pattern.overlaps(other.pattern)]  # fmt: skip


def _settled(rule: _Rule, rules: Sequence[_Rule]) -> _Rule:
    """The rule, left to the Flask gateway if it isn't clear which of several is tried first."""
    tied = any(rule.pattern.ties(other.pattern) for other in _others(rule, rules))
    return replace(rule, service=GATEWAY) if tied else rule


def _whole(rule: _Rule) -> Iterator[EdgeRoute]:
    """All of a rule's paths, with those that are redirected to it."""
    path, lenient = rule.pattern.expression, rule.pattern.lenient
    yield EdgeRoute(methods=_ANY, path=path, service=rule.service)
    if lenient != path:
        yield EdgeRoute(methods=_either(rule.methods), path=lenient, service=rule.service)


def _either(methods: Iterable[str]) -> str:
    return "({})".format("|".join(map(literal, sorted(methods))))


def _once(routes: Iterable[EdgeRoute]) -> tuple[EdgeRoute, ...]:
    return tuple(dict.fromkeys(routes))
