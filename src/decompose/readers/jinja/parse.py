"""Parsing that survives the tags of extensions we don't have."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

_ENVIRONMENT = Environment(
    autoescape=True,
    extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"],
)
_TAGS = re.compile(
    "autoescape|block|call|extends|filter|for|from|if|import|include|macro|print|set|with"
    "|end(autoescape|block|call|filter|for|if|macro|set|trans|with)|elif|else|pluralize"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTag:
    """The first use of a tag that no known extension has."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedTemplate:
    """A template's tree, and the tags that were stepped over to get it."""

    tree: nodes.Template
    unknown: tuple[UnknownTag, ...]


def parse(text: str) -> ParsedTemplate:
    """The tree of a template. Raises TemplateSyntaxError, ValueError or RecursionError."""
    parser = _TolerantParser(_ENVIRONMENT, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes are the author's business
        tree = parser.parse()
    _complete_lines(tree)
    return ParsedTemplate(tree=tree, unknown=tuple(parser.unknown.values()))


def _complete_lines(tree: nodes.Node) -> None:
    """Give nodes that the parser leaves without a line that of what they are part of."""
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        for child in node.iter_child_nodes():
            child.lineno = child.lineno or node.lineno
            waiting.append(child)


class _TolerantParser(Parser):
    """Reads an unknown tag as a call of `tag:NAME`, and what follows as if it stood alone."""

    def __init__(self, environment: Environment, source: str) -> None:
        """Parse `source` with what `environment` knows."""
        super().__init__(environment, source)
        self.unknown: dict[str, UnknownTag] = {}

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        """One tag and, where it is a known one, all that belongs to it."""
        tag = self.stream.current
        known = _TAGS.fullmatch(tag.value) or tag.value in self.extensions
        if tag.type != "name" or known:
            return super().parse_statement()
        next(self.stream)
        args, kwargs = self._arguments()
        if tag.value.startswith("end") and tag.value[3:] in self.unknown:
            return []
        self.unknown.setdefault(tag.value, UnknownTag(name=tag.value, line=tag.lineno))
        name = nodes.Name(f"tag:{tag.value}", "load", lineno=tag.lineno)
        call = nodes.Call(name, args, kwargs, None, None, lineno=tag.lineno)
        return nodes.ExprStmt(call, lineno=tag.lineno)

    def _arguments(self) -> tuple[list[nodes.Expr], list[nodes.Keyword]]:
        """What can be read of a tag's arguments; the stream stands at the tag's end after it."""
        args: list[nodes.Expr] = []
        kwargs: list[nodes.Keyword] = []
        while self.stream.current.type not in ("block_end", "eof"):
            current = self.stream.current
            try:
                if current.type == "name" and self.stream.look().type == "assign":
                    self.stream.skip(2)
                    value = self.parse_expression()
                    kwargs.append(nodes.Keyword(current.value, value, lineno=current.lineno))
                else:
                    args.append(self.parse_expression())
            except TemplateSyntaxError:
                next(self.stream)
        return args, kwargs
