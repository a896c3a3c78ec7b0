"""Tapes of PostgreSQL: recorded by the application's driver, loaded and compared on a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import psycopg2
import pytest
from msgspec import convert

from decompose.verify.postgres_server import PostgresServer
from decompose.verify.rows import State, apply_changes, compare_rows
from decompose.verify.tape import Shape
from decompose_recorder.postgres import Watched
from decompose_recorder.state import changes
from postgres_server import postgres_server
from verify.club import serve

pytestmark = pytest.mark.postgres

TOY = Path(__file__).parent / "toy"
SCHEMA = """
CREATE TYPE mood AS ENUM ('fine', 'it''s so-so');
CREATE DOMAIN percent AS integer DEFAULT 5 CHECK (VALUE BETWEEN 0 AND 100);
CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE SEQUENCE tickets START 100 INCREMENT 5;
CREATE TABLE people (
    id serial PRIMARY KEY, name varchar(20) UNIQUE, mood mood, share percent,
    born date, seen timestamptz DEFAULT now(), weight numeric(5, 2), ratio double precision,
    photo bytea, tags text[], extra jsonb, boss integer REFERENCES people,
    doubled integer GENERATED ALWAYS AS (twice(id)) STORED, code text COLLATE "C"
);
CREATE TABLE "Odd ""name" (
    id bigint GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY, "Who" integer NOT NULL
        REFERENCES people ON DELETE CASCADE, CONSTRAINT two CHECK ("Who" > 0)
);
CREATE TABLE links (a integer REFERENCES people, b integer, note text);
CREATE UNIQUE INDEX by_code ON people (lower(code)) WHERE code <> '';
CREATE VIEW names AS SELECT name FROM people;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.note := upper(NEW.note); RETURN NEW; END';
CREATE TRIGGER shouting BEFORE INSERT ON links FOR EACH ROW EXECUTE FUNCTION shout();
INSERT INTO people (name, mood, born, seen, weight, ratio, photo, tags, extra, boss, code) VALUES
    ('Ada', 'fine', '1815-12-10', '2020-02-02 02:02:02.5+02', 1.50, 0.1, '\\x00ff', '{"a b",c}',
        '{"k": [1, 2.0, null]}', 1, 'x%s'),
    ('Bob', 'it''s so-so', NULL, 'infinity', NULL, 'NaN', NULL, NULL, NULL, 1, NULL);
INSERT INTO "Odd ""name" ("Who") VALUES (1), (2);
INSERT INTO links VALUES (1, 2, 'same'), (1, 2, 'same'), (2, NULL, NULL);
SELECT nextval('tickets');
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """An empty database of the test's own."""
    with ExitStack() as closing:
        yield PostgresServer(server, "postgresql", closing).url("recorded")


@pytest.fixture(params=[psycopg.connect, psycopg2.connect], ids=["psycopg", "psycopg2"])
def watched(database: str, request: pytest.FixtureRequest) -> Watched:
    """What the recorder sees of it, with each of the drivers."""
    return Watched(lambda: request.param(database))


def run(database: str, statements: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(statements.encode())


def shapes(watched: Watched) -> dict[str, Shape]:
    return {name: Shape(**shape) for name, shape in convert(watched.shape, dict).items()}


def loaded(watched: Watched) -> State:
    """What is on the tape, as a replay reads it."""
    state: State = {}
    apply_changes(state, convert(changes({}, watched.state), list[tuple[str, list[Any], Any]]))
    return state


def test_loaded_as_recorded(server: str, database: str, watched: Watched) -> None:
    """Tables of every kind are made again with the same rows, and each statement of them too."""
    run(database, SCHEMA)
    watched.refresh()
    with ExitStack() as closing:
        copies = PostgresServer(server, "postgresql", closing)
        copies.create("copy", reversed(watched.schema))
        store = copies.open("copy", shapes(watched))
        store.bring_to(loaded(watched))
        again = Watched(lambda: psycopg.connect(copies.url("copy")))
        again.refresh()
        store.close()
        again._own.close()
    assert again.schema == watched.schema
    assert again.state == watched.state
    assert watched.state["pg_sequences"]["", "tickets"] == ("", "tickets", "100")


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE people SET name = 'x' WHERE id = 1; UPDATE people SET name = 'Ada' WHERE id = 2;
        UPDATE people SET name = 'Bob' WHERE id = 1""",
        "DELETE FROM links; DELETE FROM people WHERE id = 2; UPDATE people SET boss = NULL",
        "DELETE FROM links WHERE ctid = (SELECT min(ctid) FROM links)",
        "INSERT INTO links SELECT * FROM links",
        'TRUNCATE "Odd ""name" RESTART IDENTITY',
        "UPDATE people SET extra = '{}', photo = '', tags = '{NULL,\"\"}'",
    ],
)
def test_changes_both_ways(server: str, database: str, watched: Watched, statement: str) -> None:
    """A change behind the application's back is brought to a copy, and taken back."""
    run(database, SCHEMA)
    watched.refresh()
    before = loaded(watched)
    with ExitStack() as closing:
        copies = PostgresServer(server, "postgresql", closing)
        copies.create("copy", watched.schema)
        store = copies.open("copy", shapes(watched))
        run(database, statement)
        watched.refresh()
        after = loaded(watched)
        tables = watched.shape.keys() - {"pg_sequences"}
        assert compare_rows(before, after, shapes(watched), tables)
        for state in (before, after, before):
            store.bring_to(state)
            assert compare_rows(state, store.state(), shapes(watched), tables) == ()
        store.close()


def test_never_committed(database: str, watched: Watched) -> None:
    """Rows that tests write and roll back are recorded while they are there."""
    run(database, SCHEMA)
    application = watched._connect()
    watched.use(application)
    cursor = application.cursor()
    cursor.execute("SET bytea_output = 'escape'")
    cursor.execute("INSERT INTO links VALUES (1, 1, 'open')")
    watched.refresh()
    assert ("1", "1", "OPEN") in watched.state["links"].values()
    cursor.execute("SELECT note FROM links WHERE b = 1")
    assert cursor.fetchall() == [("OPEN",)]
    cursor.execute("SHOW bytea_output")
    assert cursor.fetchall() == [("escape",)]
    application.rollback()
    watched.refresh()
    assert ("1", "1", "OPEN") not in watched.state["links"].values()
    application.close()


def test_only_what_changed_is_read(database: str, watched: Watched) -> None:
    """Rows of a table that nobody wrote to are the same object; a new table is seen."""
    run(database, SCHEMA)
    watched.refresh()
    first = watched.state
    run(database, "UPDATE links SET note = note")
    watched.refresh()
    assert watched.state["people"] is first["people"]
    assert watched.state["links"] == first["links"]
    run(database, "DROP TABLE links; CREATE TABLE more (id integer PRIMARY KEY)")
    watched.refresh()
    assert "more" in watched.shape
    assert "links" not in watched.state


def decompose(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "decompose", *map(str, words)]
    clean = {name: v for name, v in os.environ.items() if name != "POSTGRES_URL"}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**clean, **environment}
    )


@pytest.fixture(scope="module")
def club(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the monolith (`club`), its tape of PostgreSQL and its split."""
    folder = tmp_path_factory.mktemp("verify")
    shutil.copytree(TOY, folder / "club")
    with ExitStack() as closing:
        database = PostgresServer(server, "postgresql+psycopg", closing).url("club")
        recorded = decompose(
            *("trace", folder / "club", "-o", folder / "club.tape", "--python", sys.executable),
            *("--", sys.executable, "drive.py"),
            DATABASE_URL=database,
        )
    assert recorded.returncode == 0, recorded.stderr
    split = ("scaffold", folder / "club", "--output", folder / "split", "--no-history")
    written = decompose(*split, "--no-cache")
    assert written.returncode == 0, written.stderr
    return folder


def verified(club: Path, split: Path, *words: object) -> subprocess.CompletedProcess[str]:
    tape = ("--tape", club / "club.tape", "--python", sys.executable)
    return decompose("verify", club / "club", split, *tape, *words)


def databases(server: str) -> set[str]:
    with psycopg.connect(f"{server}/postgres") as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_split_on_postgres(server: str, club: Path) -> None:
    """A split is verified on PostgreSQL, and no database is left there."""
    before = databases(server)
    done = verified(club, club / "split", "--postgres", server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 of 11 requests equal" in done.stdout
    assert databases(server) <= before


def test_spoilt_on_postgres(server: str, club: Path, tmp_path: Path) -> None:
    """A value that a service stores otherwise is found on PostgreSQL too."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    path = split / "services" / "loans" / "club" / "loans.py"
    path.write_text(path.read_text().replace("member.borrowed += 1", "member.borrowed += 2"))
    done = verified(club, split, "--postgres", server)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "row members['2'].borrowed" in done.stdout


def test_running_on_postgres(server: str, club: Path, tmp_path: Path) -> None:
    """A split that runs on PostgreSQL is verified there; the kit's triggers stay as they were."""
    split, replay = tmp_path / "split", tmp_path / "replay"
    shutil.copytree(club / "split", split)
    assert verified(club, split, "--prepare", replay).returncode == 0
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '\\_sk%' AND tgenabled <> 'O'"
    with ExitStack() as closing:
        place = PostgresServer(server, "postgresql", closing)
        urls = {name: place.url(name) for name in ("loans", "members")}
        variables = {f"DATABASE_URL_{name.upper()}": url for name, url in urls.items()}
        address = closing.enter_context(serve(split, replay, **variables))
        file = replay / "running.toml"
        named = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
        file.write_text(f'gateway = "{address}"\n[databases]\n{named}')
        done = verified(club, split, "--postgres", server, "--running", file)
        for url in urls.values():
            with psycopg.connect(url) as connection:
                assert connection.execute(triggers).fetchone() == (0,)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 of 11 requests equal" in done.stdout


def test_no_server(club: Path) -> None:
    """A tape of PostgreSQL needs a server, and is told how to be given one."""
    done = verified(club, club / "split")
    assert done.returncode == 3
    assert "--postgres" in done.stderr
    done = verified(club, club / "split", "--postgres", "postgresql://127.0.0.1:1")
    assert done.returncode == 3
    assert "makes no database" in done.stderr
