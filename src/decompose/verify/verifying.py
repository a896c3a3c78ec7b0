"""The whole of a verification: read the tape, start the sides, play, end them."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceTree
from decompose.domain.verification import FaultRuns, Verification
from decompose.errors import UserError
from decompose.ports import Progress
from decompose.verify.clients import play_clients
from decompose.verify.fault_plan import STEPS
from decompose.verify.faults import play_faults
from decompose.verify.logs import Logs
from decompose.verify.record import of_other_code
from decompose.verify.replay import Sides, replay
from decompose.verify.rows import SEQUENCES
from decompose.verify.running import read_running, running_monolith, running_split
from decompose.verify.sqlite_store import SqliteFiles
from decompose.verify.start import (
    Stage,
    find_python,
    start_again,
    start_monolith,
    start_split,
    write_recorder,
)
from decompose.verify.store import Databases
from decompose.verify.system import System, read_system
from decompose.verify.tape import Full, Survey, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be verified: the monolith at `root`, the split at `out`, by a tape.

    `postgres` is a server for the databases of a tape that was recorded on one. `running` is the
    file of a split, and perhaps a monolith, that run already. Several `clients` play the tape's
    sessions at once.
    """

    root: Path
    out: Path
    tape: Path
    python: str | None
    postgres: str | None
    running: Path | None = None
    clients: int = 1


def verify(asked: Asked, tree: SourceTree, progress: Progress) -> Verification:
    """Play the tape against the monolith, twice, and against the split.

    Raises UserError where the tape, the split or the interpreter can't be used, or a side
    doesn't start.
    """
    with ExitStack() as closing:
        stage = _stage(asked, closing)
        progress.stage("Starting", 3)
        sides = _start(stage, asked.running, progress)
        progress.stage("Replaying", stage.tape.steps)
        what = (asked.tape, stage.tape, stage.system, sides)
        if asked.clients > 1:
            found = play_clients(*what, asked.clients, progress.advance)
        else:
            found = replay(*what, progress.advance)
    return replace(found, findings=_findings(asked, stage.tape, stage.system, tree))


def verify_under_faults(
    asked: Asked, seeds: range, kept: Path | None, progress: Progress
) -> FaultRuns:
    """Play steps of the tape against the split while its services fail.

    What services logged at a step that went wrong is kept below `kept`.
    Raises UserError where the tape, the split or the interpreter can't be used.
    """
    with ExitStack() as closing:
        stage = _stage(asked, closing)
        progress.stage("Starting", 1)
        split = start_split(stage, failing=True)
        progress.stage("Playing with faults", len(seeds) * STEPS)
        return play_faults(
            asked.tape,
            stage.tape,
            split,
            stage.system,
            stage.fault,
            Logs(stage.logs, kept),
            seeds,
            progress.advance,
        )


def _stage(asked: Asked, closing: ExitStack) -> Stage:
    tape = survey(asked.tape)
    system = read_system(asked.out)
    python = find_python(asked.root, asked.out, asked.python)
    _refuse(tape, asked)
    scratch = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="decompose-")))
    write_recorder(scratch / "recorder")
    return Stage(
        root=asked.root.resolve(),
        system=system,
        tape=tape,
        python=python,
        scratch=scratch,
        databases=_databases(tape, system, asked.postgres, scratch, closing),
        closing=closing,
    )


def _databases(
    tape: Survey, system: System, server: str | None, scratch: Path, closing: ExitStack
) -> Databases:
    """Databases of the kind that was recorded."""
    if tape.dialect != "postgresql":
        folder = scratch / "data"
        folder.mkdir()
        return SqliteFiles(folder)
    if not server:
        raise UserError(
            "The tape was recorded on PostgreSQL.",
            hint="Name a server on which databases may be made: --postgres postgresql://HOST.",
        )
    try:
        from decompose.verify.postgres_server import PostgresServer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UserError(
            "PostgreSQL's driver is missing.", hint="Install decompose[postgres]."
        ) from error
    recorded = tape.config.get(system.database_key, {}).get("value")
    scheme = urlsplit(recorded).scheme if isinstance(recorded, str) else ""
    if not scheme.startswith("postgres"):
        scheme = "postgresql"
    return PostgresServer(server, scheme, closing)


def _start(stage: Stage, file: Path | None, progress: Progress) -> Sides:
    """The sides that the file says are running, and the others, started."""
    split = monolith = again = None
    if file is not None:
        running = read_running(file, stage.system, stage.tape)
        split = running_split(running, stage.system, stage.tape, stage.closing)
        monolith = running_monolith(running, "monolith", stage.tape, stage.closing)
        again = running_monolith(running, "again", stage.tape, stage.closing)
    monolith = monolith or start_monolith(stage, "monolith")
    progress.advance(1)
    again = again or start_again(stage)
    progress.advance(1)
    split = split or start_split(stage)
    progress.advance(1)
    return Sides(monolith=monolith, again=again, split=split)


def _refuse(tape: Survey, asked: Asked) -> None:
    if not tape.tables:
        raise UserError(
            f"{asked.tape} holds no database: no connection was seen during a request.",
            hint="SQLite by Python's own driver and PostgreSQL by psycopg are recorded.",
        )


def _findings(asked: Asked, tape: Survey, system: System, tree: SourceTree) -> tuple[Finding, ...]:
    """What a person should know before trusting the numbers."""
    found = [*of_other_code(tape, tree)]
    if tape.end is None or isinstance(tape.end, Full):
        why = "was cut off" if tape.end is None else "reached its size limit"
        found.append(
            _finding("tape-cut-off", f"The tape {why} after step {tape.steps}", "Record it anew.")
        )
    owned = {table for tables in system.owned.values() for table in tables}
    unowned = sorted(tape.tables.keys() - owned - SEQUENCES)
    if unowned:
        found.append(
            _finding(
                "table-without-owner",
                f"No service owns {', '.join(unowned)}: these rows are not compared",
                "Scaffold again if an endpoint uses them.",
            )
        )
    return tuple(sorted(found))


def _finding(code: str, message: str, hint: str) -> Finding:
    place = Location(path="plan.json")
    return Finding(location=place, code=code, severity=Severity.WARNING, message=message, hint=hint)
