"""What one file says, as a compact and serialisable intermediate form.

Facts are what readers produce and `resolve` consumes. They are `msgspec` structs rather than
dataclasses because the cache stores hundreds of thousands of them and must load at once; they
are frozen all the same. Nothing in them is resolved: names are names.

Names of variables carry a version (`user@2`): a read that one straight-line assignment
certainly reaches names that version, every other read names the variable without a version
and means all of them. Versions count from 1 and start anew in each scope.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from decompose.domain.finding import Finding

ParamKind = Literal["pos", "arg", "vararg", "kwonly", "kwarg"]
ScopeKind = Literal["module", "class", "function", "lambda", "template"]
When = Literal["top", "conditional", "typing", "lazy"]


class _Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of all expression and statement nodes."""


class Name(_Node, tag=1):
    """A variable read, perhaps of one version (`x@1`)."""

    id: str


class Const(_Node, tag=2):
    """A literal string, integer, boolean or None."""

    value: str | int | bool | None


class Lit(_Node, tag=3):
    """A value of a built-in type whose content does not matter: `str`, `bytes`, `float`, ..."""

    kind: str


class Attr(_Node, tag=4):
    """`value.attr`."""

    value: Expr
    attr: str
    line: int


class Call(_Node, tag=5):
    """`func(*args, **kwargs)`; a starred argument is a `Star`, `**x` has the keyword `**`."""

    func: Expr
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...]
    line: int


class Sub(_Node, tag=6):
    """`value[index]`; a slice's index is `Lit("slice")`."""

    value: Expr
    index: Expr
    line: int


class Seq(_Node, tag=7):
    """A display or comprehension: `kind` is `list`, `tuple`, `set` or `generator`.

    A comprehension has one item, wrapped in `Star`: its length is not known.
    """

    kind: str
    items: tuple[Expr, ...]
    line: int


class Dict(_Node, tag=8):
    """A dict display; `**x` has the key None."""

    items: tuple[tuple[Expr | None, Expr], ...]
    line: int


class Star(_Node, tag=9):
    """All items of `value`, unpacked in place."""

    value: Expr


class Def(_Node, tag=10):
    """A lambda, by its index in `ModuleFacts.definitions`."""

    index: int


class Choice(_Node, tag=11):
    """Any of the items: conditional expressions, `or`, arithmetic."""

    items: tuple[Expr, ...]


class Iter(_Node, tag=12):
    """What iterating over `value` gives."""

    value: Expr
    line: int


class Await(_Node, tag=13):
    """What awaiting `value` gives."""

    value: Expr


class Enter(_Node, tag=14):
    """What entering the context manager `value` gives."""

    value: Expr
    line: int


class Module(_Node, tag=15):
    """A module by absolute dotted name (`import a.b as x`, `import_module("a.b")`)."""

    name: str


class From(_Node, tag=16):
    """`name` of a module (`from module import name`); `*` never stands here."""

    module: str
    name: str


class Text(_Node, tag=17):
    """A string put together from parts (f-string, `%`, `+`, `.format`): literals and others."""

    parts: tuple[Expr, ...]


class Unpack(_Node, tag=18):
    """Item `index` of an unpacked `value`; an index below 0 counts from the end.

    A starred target reads `Unpack` with `rest=True`: everything from `index` on, less `tail`.
    """

    value: Expr
    index: int
    rest: bool
    tail: int


class Assign(_Node, tag=30):
    """`target = value`; `annotation` where there is one."""

    target: str
    value: Expr | None
    annotation: Expr | None
    line: int


class SetAttr(_Node, tag=31):
    """`object.attr = value`; `augmented` for `+=` and its like."""

    object: Expr
    attr: str
    value: Expr
    augmented: bool
    line: int


class SetSub(_Node, tag=32):
    """`object[index] = value`."""

    object: Expr
    index: Expr
    value: Expr
    line: int


class Eval(_Node, tag=33):
    """An expression statement, or an expression evaluated for its effect."""

    value: Expr
    line: int = 0


class Return(_Node, tag=34):
    """`return value`."""

    value: Expr
    line: int


class Yield(_Node, tag=35):
    """`yield value`, or `yield from` when `delegate`."""

    value: Expr
    delegate: bool


class Raise(_Node, tag=36):
    """`raise value`."""

    value: Expr
    line: int


class Define(_Node, tag=37):
    """A `def` or `class` statement binding `target` to definition `index`."""

    target: str
    index: int
    line: int


class StarImport(_Node, tag=38):
    """`from module import *`."""

    module: str
    line: int


class DelAttr(_Node, tag=39):
    """`del object.attr`, or `del object[...]` with an empty `attr`."""

    object: Expr
    attr: str
    line: int


Expr = (
    Name
    | Const
    | Lit
    | Attr
    | Call
    | Sub
    | Seq
    | Dict
    | Star
    | Def
    | Choice
    | Iter
    | Await
    | Enter
    | Module
    | From
    | Text
    | Unpack
)
Stmt = Assign | SetAttr | SetSub | Eval | Return | Yield | Raise | Define | StarImport | DelAttr
_BODY: msgspec.msgpack.Decoder[tuple[Stmt, ...]] = msgspec.msgpack.Decoder(tuple[Stmt, ...])
_WORDS: msgspec.msgpack.Decoder[tuple[tuple[str, int], ...]] = msgspec.msgpack.Decoder(
    tuple[tuple[str, int], ...]
)
_ENCODER = msgspec.msgpack.Encoder()


def pack(items: Iterable[object]) -> bytes:
    """The body of a definition of these statements, or counted words, as facts keep them."""
    return _ENCODER.encode(tuple(items))


_EMPTY = pack(())


class Param(_Node):
    """A parameter; `pos` is positional-only."""

    name: str
    kind: ParamKind
    default: Expr | None = None
    annotation: Expr | None = None


class DefinitionFacts(_Node):
    """A scope: the module itself (always index 0), a class, a function, a lambda or a template.

    `name` is the path inside the module (`User.full_name`, empty for the module), a lambda's is
    `<lambdaN>`, counted per enclosing scope. `parent` is the index of the enclosing scope.
    `versions` says for each local name how many versions it has; parameters are version 1.
    `body` is packed: of a large program all statements at once would take ten times the room, and
    each is needed once or twice. `outer` are names declared `global` or `nonlocal`, `guards` the
    first and last lines of the `try` bodies whose errors, a database's among them, end in a
    handler.
    """

    name: str
    kind: ScopeKind
    parent: int
    line: int
    end_line: int
    params: tuple[Param, ...] = ()
    body: bytes = _EMPTY
    decorators: tuple[Expr, ...] = ()
    bases: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str, Expr], ...] = ()
    returns: Expr | None = None
    versions: dict[str, int] = msgspec.field(default_factory=dict)
    outer: tuple[str, ...] = ()
    is_generator: bool = False
    is_async: bool = False
    guards: tuple[tuple[int, int], ...] = ()

    def statements(self) -> tuple[Stmt, ...]:
        """What the body says, unpacked anew."""
        return _BODY.decode(self.body)


class ImportFacts(_Node):
    """An import as written: `name` is empty for `import module`, `*` for a star import.

    `when`: `typing` is under TYPE_CHECKING, `lazy` inside a function.
    """

    module: str
    name: str
    line: int
    when: When
    scope: int


class Shape(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a file says: a digest of all but the lines, and those, encoded.

    Files of the same shape differ in nothing but where things stand.
    """

    digest: bytes
    lines: bytes


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that one file says. Templates and SQL files are modules too, by their own readers.

    `name` is the dotted module name; a template's is `template:NAME`, an SQL file's `sql:PATH`.
    `language` is `python`, `jinja` or `sql`. `exports` is a literal `__all__`, if there is one.
    `words` counts the identifiers' words, for the vocabulary; packed, as nothing needs them sooner.
    `shape` is of all the rest; there is none before it was taken, or where it can't be.
    """

    name: str
    path: str
    language: str
    lines: int
    is_package: bool = False
    definitions: tuple[DefinitionFacts, ...] = ()
    imports: tuple[ImportFacts, ...] = ()
    exports: tuple[str, ...] | None = None
    words: bytes = _EMPTY
    findings: tuple[Finding, ...] = ()
    shape: Shape | None = None

    def counted_words(self) -> tuple[tuple[str, int], ...]:
        """How often each word occurs, unpacked anew."""
        return _WORDS.decode(self.words)
