"""Source text and a cut in, the slice's files out: what tests of slicing share.

A case file holds several named cases, so that adding one adds no code:

    === what the case is about
    --- shop/orders.py
    from flask import Blueprint
    ...
    --- cut
    handlers: shop.orders.index
    --- expected shop/orders.py
    ...
    --- gone
    shop/users.py
    --- findings
    slice-keeps-module shop/orders.py:3

Files that are neither expected nor gone must come out byte for byte. `cut` names the service's
handlers and, where they matter, its `tables`, further `roots` and whether it has the `static`
files; what the framework calls otherwise belongs to other services, as in a real plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.finding import Finding
from decompose.domain.model import SystemModel
from decompose.domain.slicing import Cut, Slice, Sliced
from decompose.errors import UserError
from decompose.plan.application import find_application
from decompose.plan.places import called_by_framework, everywhere
from decompose.slice import slice_services
from decompose.source import discover
from models import SilentProgress, model_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files before, the cut, and what is expected after it."""

    before: Mapping[str, str]
    cut: Mapping[str, tuple[str, ...]]
    after: Mapping[str, str]
    findings: tuple[str, ...]


def cases(folder: Path) -> dict[str, Case]:
    """Every case of the case files in a folder, by `file: name`."""
    return {label: _case(parts) for label, parts in blocks(folder)}


def blocks(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The label of each case in a folder, and its parts by their headings."""
    for path in sorted(folder.glob("*.txt")):
        for block in ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]:
            name, *parts = block.split("\n--- ")
            texts = (part.partition("\n")[::2] for part in parts)
            yield f"{path.stem}: {name.strip()}", {head: _lines(text) for head, text in texts}


def _case(parts: dict[str, str]) -> Case:
    cut = parts.pop("cut")
    gone = parts.pop("gone", "").split()
    findings = parts.pop("findings", "").splitlines()
    expected = below(parts, "expected ")
    before = {path: text for path, text in parts.items() if not path.startswith("expected ")}
    assert set(gone) | set(expected) <= set(before), "there is no such file before"
    after = {path: text for path, text in {**before, **expected}.items() if path not in gone}
    return Case(before=before, cut=cut_of(cut), after=after, findings=tuple(findings))


def below(parts: Mapping[str, str], start: str) -> dict[str, str]:
    """The parts whose headings start so, by the rest of it."""
    return {
        head.removeprefix(start): text for head, text in parts.items() if head.startswith(start)
    }


def _lines(text: str) -> str:
    """A file's text without the empty lines before the next heading."""
    return f"{text.rstrip()}\n" if text.strip() else ""


def cut_of(text: str) -> Mapping[str, tuple[str, ...]]:
    pairs = (line.partition(":") for line in filter(None, text.splitlines()))
    return {key: tuple(value.split()) for key, _, value in pairs}


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files below a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def encoded(files: Mapping[str, str], newline: str = "\n") -> dict[str, bytes]:
    """Files as bytes, lines ended as asked."""
    return {path: text.replace("\n", newline).encode() for path, text in files.items()}


def sliced(folder: Path, cut: Mapping[str, tuple[str, ...]]) -> Slice:
    """The slice of the files in a folder."""
    (found,) = sliced_system(folder, {"one": cut}).slices
    return found


def sliced_system(folder: Path, cuts: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Sliced:
    """The slices of the files in a folder, by the names of their services."""
    model = model_of(folder)
    return slice_services(
        discover(folder),
        lambda path: (folder / path).read_bytes(),
        model,
        [_whole_cut(folder, model, name, cut) for name, cut in cuts.items()],
        SilentProgress(),
    )


def _whole_cut(
    folder: Path, model: SystemModel, name: str, cut: Mapping[str, tuple[str, ...]]
) -> Cut:
    handlers = {*cut.get("handlers", ()), *everywhere(model.entries)}
    framework = {route.handler for route in model.routes} | called_by_framework(model.entries)
    unknown = set(cut.get("handlers", ())) - {d.id for d in model.definitions}
    assert not unknown, f"the cut names what is not there: {unknown}"
    return Cut(
        service=name,
        handlers=tuple(sorted(handlers)),
        excluded=tuple(sorted(framework - handlers)),
        tables=cut.get("tables", ()),
        roots=tuple(sorted({*_application(folder, model), *cut.get("roots", ())})),
        static="static" in cut,
        endpoints=tuple(sorted({r.endpoint for r in model.routes if r.handler in handlers})),
    )


def _application(folder: Path, model: SystemModel) -> Iterable[str]:
    def read(path: str) -> str:
        return (folder / path).read_text(encoding="utf-8")

    try:
        return find_application(model, read, "").roots
    except UserError:
        return ()


def shown(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Findings as cases have them."""
    return tuple(f"{f.code} {f.location.path}:{f.location.line}" for f in findings)
