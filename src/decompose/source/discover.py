"""A folder on disk → the source tree: every file to read, by the name the code knows it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.requirement import Requirement
from decompose.domain.source import EntryPoint, SourceFile, SourceTree
from decompose.errors import UserError
from decompose.source.decode import decode
from decompose.source.entry_points import entry_points_of
from decompose.source.roots import (
    folder_names,
    imported_names,
    module_name,
    packages_above,
    prefix_counts,
    python_folders,
)
from decompose.source.templates import declared_folders, template_folder, template_names
from decompose.source.walk import MAX_BYTES, Walked, is_template, walk

_HEAD = 65_536  # imports and the application's factory stand near the top


def discover(root: Path, ignore: tuple[str, ...] = (), *, max_bytes: int = MAX_BYTES) -> SourceTree:
    """The source tree below `root`, sorted by path; what was left out is in its findings.

    Python files get the dotted name they would be imported by, templates `template:NAME` (see
    `template_names` for two of one name), SQL files `sql:PATH`. `ignore` are patterns in the
    manner of `.gitignore`. Raises UserError where `root` is missing, no folder, or holds no
    Python.
    """
    folder = folder_of(root)
    walked = walk(folder, matcher(ignore), max_bytes=max_bytes)
    python = [path for path in walked.files if path.endswith(".py")]
    if not python:
        raise _no_python(root, walked)
    heads = {path: _head(folder / path) for path in python}
    files, findings = _name(folder, walked.files, python, heads)
    return SourceTree(
        root=str(folder),
        name=folder.name.encode("utf-8", "replace").decode() or "root",
        files=tuple(sorted(files)),
        requirements=_requirements(folder, walked.files),
        entry_points=_entry_points(folder, walked.files),
        findings=tuple(sorted((*walked.findings, *findings))),
    )


def folder_of(root: Path) -> Path:
    """The folder that `root` leads to. Raises UserError where there is none."""
    try:
        resolved = root.resolve(strict=True)
        is_folder = resolved.is_dir()
    except (OSError, RuntimeError) as error:
        raise UserError(
            f"{root} does not exist or can't be reached",
            hint="Give the path of the folder that holds the application's code.",
        ) from error
    if not is_folder:
        raise UserError(
            f"{root} is a file",
            hint="Give the folder that holds the application's code, not one of its files.",
        )
    return resolved


def _no_python(root: Path, walked: Walked) -> UserError:
    reasons = "; ".join(f"{item.location}: {item.message}" for item in walked.findings[:3])
    if reasons:
        return UserError(f"no Python file in {root} can be read", hint=f"Left out: {reasons}")
    return UserError(
        f"there is no Python file in {root}",
        hint="Give the folder that holds the application's code, and see what `ignore` leaves out.",
    )


def matcher(ignore: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether patterns in the manner of `.gitignore` leave a path out. Raises UserError."""
    if not ignore:
        return lambda path: False
    import pathspec  # noqa: PLC0415 - most trees ignore nothing, and start without it

    try:
        spec = pathspec.GitIgnoreSpec.from_lines(ignore)
    except ValueError as error:
        raise UserError(
            f"a pattern under `ignore` can't be understood: {error}",
            hint="Patterns are written as in a .gitignore file.",
        ) from error
    return spec.match_file


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""  # reading it for good says why


def _name(
    root: Path, paths: tuple[str, ...], python: list[str], heads: Mapping[str, bytes]
) -> tuple[list[SourceFile], list[Finding]]:
    modules, module_findings = _modules(root, paths, python, heads)
    declared = frozenset(
        folder for path, head in heads.items() for folder in declared_folders(path, head)
    )
    templates, template_findings = _templates(paths, declared)
    sql = [
        SourceFile(path=path, language="sql", module=f"sql:{path}")
        for path in paths
        if path.endswith(".sql")
    ]
    return [*modules, *templates, *sql], [*module_findings, *template_findings]


def _modules(
    root: Path, paths: tuple[str, ...], python: list[str], heads: Mapping[str, bytes]
) -> tuple[list[SourceFile], list[Finding]]:
    folders = python_folders(paths)
    imports = _imports(heads.values())
    names = folder_names(folders, imports, packages_above(root))
    files: list[SourceFile] = []
    findings: list[Finding] = []
    owners: dict[str, str] = {}
    for path in sorted(python, key=_precedence):
        wanted = module_name(path, names)
        name = next(item for item in _choices(wanted, path) if item not in owners)
        if name != wanted:
            findings.append(_renamed(path, "duplicate-module", wanted, name, owners[wanted]))
        owners[name] = path
        files.append(
            SourceFile(
                path=path,
                language="python",
                module=name,
                is_package=path.rpartition("/")[2] == "__init__.py",
            )
        )
    return files, findings


def _imports(heads: Iterable[bytes]) -> Counter[str]:
    return prefix_counts(name for head in heads for name in imported_names(head))


def _precedence(path: str) -> tuple[int, bool, str]:
    """Of two files with one dotted name: the shallower first, a package before a module."""
    is_package = path.endswith("__init__.py")
    return path.count("/") - is_package, not is_package, path


def _choices(wanted: str, path: str) -> Iterator[str]:
    yield wanted
    yield path.removesuffix(".py").replace("/", ".")
    yield path


def _templates(
    paths: tuple[str, ...], declared: frozenset[str]
) -> tuple[list[SourceFile], list[Finding]]:
    folders = {
        path: folder
        for path in paths
        if is_template(path) and (folder := template_folder(path, declared)) is not None
    }
    files: list[SourceFile] = []
    findings: list[Finding] = []
    names = template_names(folders)
    owners = {name: path for path, name in names.items()}
    for path, name in names.items():
        files.append(SourceFile(path=path, language="jinja", module=name))
        plain = f"template:{path[len(folders[path]) + 1 :]}"
        if name != plain:
            findings.append(_renamed(path, "duplicate-template", plain, name, owners[plain]))
    return files, findings


def _renamed(path: str, code: str, wanted: str, name: str, owner: str) -> Finding:
    return Finding(
        location=Location(path=path),
        code=code,
        severity=Severity.NOTE,
        message=f"{owner} is `{wanted}` too; this one is called `{name}`",
        hint="Which of them the application sees depends on how it is started.",
    )


def _requirements(root: Path, paths: tuple[str, ...]) -> tuple[Requirement, ...]:
    # where a report still stands, nobody waits for what parses them
    from decompose.source.requirements import requirements_of  # noqa: PLC0415 - as above

    found: set[Requirement] = set()
    for path in paths:
        if path.endswith((".toml", ".txt", ".in", ".cfg", "setup.py", "Pipfile", ".lock")):
            found.update(requirements_of(path, decode(_all(root / path), path).text))
    return tuple(sorted(found))


def _entry_points(root: Path, paths: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    found: set[EntryPoint] = set()
    for path in paths:
        if path.endswith(("pyproject.toml", "setup.cfg")):
            found.update(entry_points_of(path, decode(_all(root / path), path).text))
    return tuple(sorted(found))


def _all(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
