"""History: modules that change in the same commits, by the same people."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import log2, sqrt
from pathlib import Path

from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence, EvidenceKind
from decompose.evidence.pairs import linked_pairs

_COMMITS = 5000
_WIDEST = 60
_FEWEST = 3
_SECONDS = 60
_RECORD, _FIELD = "\x1e", "\x1f"
_SAFE = ("core.hooksPath=", "core.fsmonitor=false", "log.showSignature=false", "core.pager=cat",
         "diff.external=", "protocol.allow=never", "safe.directory=*")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Who changed which files (paths relative to the analysed root) together."""

    author: str
    paths: tuple[str, ...]


class History:
    """Co-change of two modules, damped by the size of each commit, and their authors' overlap.

    weight = 0.8 * cosine of the modules' commits, a commit over n files counting 1 / log2(1 + n),
    + 0.2 * cosine of their authors' commit counts. Only the local repository is read, at most
    5,000 commits; commits over more than 60 files say nothing. Without git: no evidence.
    """

    name = "history"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """One piece of evidence per linked pair whose modules both changed at least 3 times."""
        return cochange(model, read_log(root))


def cochange(model: SystemModel, commits: Iterable[Commit]) -> tuple[Evidence, ...]:
    """The evidence that these commits give."""
    paths = {m.path for m in model.modules}
    tally = _tally(paths, commits)
    path = {d.id: d.location.path for d in model.definitions}
    found = []
    for (a, b), location in linked_pairs(model).items():
        one, two = sorted((path[a], path[b]))
        ours, theirs = tally.authors.get(one, Counter()), tally.authors.get(two, Counter())
        if min(ours.total(), theirs.total()) < _FEWEST:
            continue
        common = tally.together.get((one, two), 0.0) / sqrt(tally.alone[one] * tally.alone[two])
        people = _cosine(ours, theirs)
        found.append(
            Evidence(
                a=a,
                b=b,
                kind=EvidenceKind.HISTORY,
                weight=round(0.8 * common + 0.2 * people, 9),
                why=f"{one} and {two} change together to {common:.0%}, authors {people:.0%}",
                location=location,
            )
        )
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """Damped commits per file and pair of files, and plain commits per file and author."""

    alone: dict[str, float]
    together: dict[tuple[str, str], float]
    authors: dict[str, Counter[str]]


def _tally(paths: set[str], commits: Iterable[Commit]) -> _Tally:
    alone: dict[str, float] = {}
    together: dict[tuple[str, str], float] = {}
    authors: dict[str, Counter[str]] = {}
    for commit in commits:
        if len(commit.paths) > _WIDEST:
            continue
        weight = 1 / log2(1 + max(1, len(commit.paths)))
        known = sorted(paths.intersection(commit.paths))
        for path in known:
            alone[path] = alone.get(path, 0.0) + weight
            authors.setdefault(path, Counter())[commit.author] += 1
        for pair in combinations(known, 2):
            together[pair] = together.get(pair, 0.0) + weight
    return _Tally(alone=alone, together=together, authors=authors)


def _cosine(one: Counter[str], two: Counter[str]) -> float:
    dot = sum(one[name] * two[name] for name in one)
    return dot / sqrt(sum(n * n for n in one.values()) * sum(n * n for n in two.values()))


def read_log(root: str) -> tuple[Commit, ...]:
    """The newest commits of the local repository that holds `root`; none where there is no git."""
    arguments = ["log", f"--max-count={_COMMITS}", "--no-merges", "--no-renames", "--name-only",
                 "--relative", "--no-ext-diff", "--no-textconv",
                 f"--format={_RECORD}%aE{_FIELD}", "-z", "--", "."]  # fmt: skip
    output = _git(root, arguments)
    records = (record.partition(_FIELD) for record in output.split(_RECORD)[1:])
    return tuple(
        Commit(
            author=author, paths=tuple(sorted({p.strip("\n") for p in names.split("\0")} - {""}))
        )
        for author, _, names in records
    )


def history_state(root: str) -> tuple[str, tuple[str, ...]]:
    """What `read_log` depends on: words that change with it, and paths of files that it reads."""
    found = _git(root, ["rev-parse", "HEAD", "--show-toplevel", "--git-common-dir"])
    if not found:
        return "", ()
    _, top, common = found.rstrip("\n").split("\n")
    files = (f"{top}/.mailmap", *(f"{common}/{name}" for name in ("shallow", "info/grafts")))
    inside = tuple(os.path.join(root, path) for path in files)  # noqa: PTH118 - may be absolute
    return found + _git(root, ["config", "--list", "--null"]), inside


def _git(root: str, arguments: list[str]) -> str:
    options = [part for option in _SAFE for part in ("-c", option)]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    if not Path(root).is_dir():
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            ["git", *options, *arguments],  # noqa: S607 - the user's own git
            cwd=root, env=environment, capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
