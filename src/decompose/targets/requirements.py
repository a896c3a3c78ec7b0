"""What a service or the whole system installs: the monolith's pins and the kit's ranges."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.requirement import Requirement, RequirementKind
from decompose.domain.slicing import OwnTests
from decompose.render import asset
from decompose.targets.distributions import brought, modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What one service needs: for what it imports, for what no code imports, for its runtime."""

    imported: tuple[str, ...]
    silent: tuple[str, ...]
    runtime: tuple[str, ...]


def kit_requirements() -> tuple[str, ...]:
    """What the generated runtime needs, in ranges as wide as it is tested with."""
    project = tomllib.loads(asset("servicekit/pyproject.toml"))["project"]
    gateway = asset("gateway/requirements.txt").splitlines()
    return _joined([*project["dependencies"], *gateway])


def installed(
    requirements: Iterable[Requirement], imports: Collection[str], everywhere: Collection[str]
) -> Installed:
    """What a service that imports `imports` installs; the whole system imports `everywhere`.

    A package that other services import is not this one's. One that no code imports stays: a
    driver, a plugin or a default may load it at run time.
    """
    chosen = _chosen(requirements)
    mine = {name for name in chosen if modules(name) & set(imports)}
    runs = {name for name, one in chosen.items() if one.kind is RequirementKind.RUNTIME}
    silent = {name for name in runs if not modules(name) & set(everywhere)}
    kit = [line for line in kit_requirements() if _name(line) not in mine | silent]
    return Installed(
        imported=tuple(chosen[name].line for name in sorted(mine)),
        silent=tuple(chosen[name].line for name in sorted(silent)),
        runtime=tuple(kit),
    )


def requirements_file(needed: Installed, constraints: str) -> str:
    """A file for pip; `constraints` is the path of the pins, seen from the file."""
    parts = (
        ("What the code imports:", needed.imported),
        ("What no code imports, though something may load it at run time:", needed.silent),
        ("The runtime of every service:", needed.runtime),
    )
    blocks = ["\n".join([f"# {title}", *lines]) for title, lines in parts if lines]
    return "\n\n".join([f"-c {constraints}", *blocks]) + "\n"


def constraints_file(requirements: Iterable[Requirement]) -> str:
    """Every version that the monolith pins, so that nothing that is installed moves one.

    A version that only a lock file has gives way where the runtime can't run with it.
    """
    pins = {name: pin for name, pin in _pins(requirements).items()
            if pin.kind is not RequirementKind.LOCKED or not _against(pin)}  # fmt: skip
    return "".join(f"{name}=={_version(pins[name])}\n" for name in sorted(pins))


def for_tests(requirements: Iterable[Requirement], suites: Iterable[OwnTests]) -> tuple[str, ...]:
    """What tests need besides: pytest, what the monolith's own import, plugins that they use."""
    best = {one.name: one for one in sorted(requirements, key=_preference, reverse=True)
            if one.kind is not RequirementKind.LOCKED}  # fmt: skip
    suites = list(suites)
    imported = {one.name for suite in suites for one in suite.imports}
    named = {"pytest", *(name for suite in suites for name in suite.plugins)}
    known = {name for name in best if modules(name) & imported}
    return tuple(best[name].line if name in best else name for name in sorted(named | known))


def tests_file(lines: Iterable[str]) -> str:
    """A file for pip, beside `requirements.txt`."""
    return "\n".join(["-r requirements.txt", *lines]) + "\n"


def check(
    requirements: Iterable[Requirement], imports: Mapping[str, Location]
) -> tuple[Finding, ...]:
    """Pins that the runtime can't run with, and imports that no requirement accounts for.

    `imports` are third-party top-level modules, with where one of them is imported.
    """
    pins = _pins(requirements)
    conflicts = [_conflict(line, pin) for pin in pins.values() if (line := _against(pin))]
    known = {r.name for r in requirements}
    given = {m for name in known for m in modules(name) | brought(name)}
    missing = [_missing(module, where) for module, where in sorted(imports.items())
               if module not in given] if known else []  # fmt: skip
    return tuple(sorted([*conflicts, *missing]))


def left_out(requirements: Iterable[Requirement], deferred: Collection[str]) -> dict[str, Finding]:
    """What is named for development only and imported only inside functions, with a note each.

    `deferred` are the third-party modules that are imported only there: a command that runs the
    tests imports pytest, and no service runs it.
    """
    return {
        name: _left_out(one)
        for name, one in sorted(_chosen(requirements).items())
        if one.kind is RequirementKind.DEVELOPMENT and modules(name) & set(deferred)
    }


def _left_out(one: Requirement) -> Finding:
    return Finding(
        location=Location(path=one.path),
        code="requirement-left-out",
        severity=Severity.NOTE,
        message=f"{one.name} is needed for development only, so no service installs it",
        hint="If a service runs what imports it, name it among what the monolith runs with.",
    )


def _chosen(requirements: Iterable[Requirement]) -> dict[str, Requirement]:
    """One requirement for each name: for running before for developing, pinned before open."""
    best: dict[str, Requirement] = {}
    for one in sorted(requirements, key=_preference):
        if one.kind is not RequirementKind.LOCKED:
            best.setdefault(one.name, one)
    return best


def _preference(one: Requirement) -> tuple[bool, bool, str, str]:
    return one.kind is RequirementKind.DEVELOPMENT, "==" not in one.line, one.path, one.line


def _pins(requirements: Iterable[Requirement]) -> dict[str, Requirement]:
    """The exact version of each package that has one; a requirements file goes before a lock."""
    found: dict[str, Requirement] = {}
    ranked = sorted(requirements, key=lambda r: (r.kind is RequirementKind.LOCKED, _preference(r)))
    for one in ranked:
        if one.kind is not RequirementKind.DEVELOPMENT and _version(one):
            found.setdefault(one.name, one)
    return found


def _version(one: Requirement) -> str:
    try:
        parsed = Parsed(one.line)
    except InvalidRequirement:
        return ""
    exact = [s.version for s in parsed.specifier if s.operator in ("==", "===")]
    return exact[0] if exact and not parsed.marker and not exact[0].endswith("*") else ""


def _against(pin: Requirement) -> str:
    """The requirement of the runtime that a pin doesn't meet; empty where there is none."""
    needed = {_name(line): line for line in kit_requirements()}
    line = needed.get(pin.name, "")
    met = not line or Parsed(line).specifier.contains(_version(pin), prereleases=True)
    return "" if met else line


def _conflict(line: str, pin: Requirement) -> Finding:
    locked = pin.kind is RequirementKind.LOCKED
    return Finding(
        location=Location(path=pin.path),
        code="requirement-conflict",
        severity=Severity.WARNING if locked else Severity.ERROR,
        message=f"the services' runtime needs {line}, and the monolith "
        f"{'locks' if locked else 'pins'} {pin.line}",
        hint="Its requirements leave the version open, so the services install another."
        if locked
        else f"Move {pin.name} to a version that both allow, in the monolith first.",
    )


def _missing(module: str, where: Location) -> Finding:
    return Finding(
        location=where,
        code="requirement-missing",
        severity=Severity.WARNING,
        message=f"{module} is imported, and no requirement is known to bring it",
        hint="If it isn't there by itself, name its package in the monolith's requirements.",
    )


def _joined(lines: Iterable[str]) -> tuple[str, ...]:
    """Each name once: where several lines name it, the later one's."""
    return tuple(sorted({_name(line): line for line in lines}.values()))


def _name(line: str) -> str:
    return canonicalize_name(Parsed(line).name)
