"""Lowering of `match`: what each name in a pattern is bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from decompose.domain.facts import Attr, Call, Choice, Expr, Name, Sub, Unpack
from decompose.readers.python.expressions import ExpressionLowering


def bindings(
    low: ExpressionLowering, pattern: ast.pattern, subject: Expr
) -> Iterator[tuple[str, Expr]]:
    """The names that a pattern binds, each with its part of the subject, in source order."""
    if isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            yield from bindings(low, pattern.pattern, subject)
        if pattern.name:
            yield pattern.name, _narrowed(low, pattern.pattern, subject)
    elif isinstance(pattern, ast.MatchOr):
        for option in pattern.patterns:
            yield from bindings(low, option, subject)
    elif isinstance(pattern, ast.MatchSequence):
        yield from _sequence(low, pattern.patterns, subject)
    elif isinstance(pattern, ast.MatchMapping):
        yield from _mapping(low, pattern, subject)
    elif isinstance(pattern, ast.MatchClass):
        yield from _class(low, pattern, subject)
    elif isinstance(pattern, ast.MatchValue):
        low.effect(pattern.value)


def _narrowed(low: ExpressionLowering, pattern: ast.pattern | None, subject: Expr) -> Expr:
    """`case C() as x` tells that `x` is a `C`, where nothing else does."""
    if not isinstance(pattern, ast.MatchClass):
        return subject
    instance = Call(Name("@instance"), (low.lower(pattern.cls),), (), pattern.lineno)
    return Choice((subject, instance))


def _sequence(
    low: ExpressionLowering, patterns: list[ast.pattern], subject: Expr
) -> Iterator[tuple[str, Expr]]:
    starred = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    for i, pattern in enumerate(patterns):
        if isinstance(pattern, ast.MatchStar):
            if pattern.name:
                yield pattern.name, Unpack(subject, i, True, len(patterns) - i - 1)
        else:
            index = i if starred is None or i < starred else i - len(patterns)
            yield from bindings(low, pattern, Unpack(subject, index, False, 0))


def _mapping(
    low: ExpressionLowering, pattern: ast.MatchMapping, subject: Expr
) -> Iterator[tuple[str, Expr]]:
    for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
        yield from bindings(low, inner, Sub(subject, low.lower(key), pattern.lineno))
    if pattern.rest:
        yield pattern.rest, subject


def _class(
    low: ExpressionLowering, pattern: ast.MatchClass, subject: Expr
) -> Iterator[tuple[str, Expr]]:
    low.effect(pattern.cls)
    whole = _narrowed(low, pattern, subject)
    for inner in pattern.patterns:
        yield from bindings(low, inner, whole)
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        yield from bindings(low, inner, Attr(whole, name, pattern.lineno))
