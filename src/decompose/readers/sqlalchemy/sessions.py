"""What sessions, connections and Flask-SQLAlchemy's database object do when called."""

from __future__ import annotations

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy import paths
from decompose.readers.sqlalchemy.paths import words
from decompose.readers.sqlalchemy.queries import Queries
from decompose.readers.sqlalchemy.raw import EXECUTING, RawSql
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind

_ADDED = frozenset({"add", "add_all", "bulk_save_objects", "merge"})
_BULK = frozenset({"bulk_insert_mappings", "bulk_update_mappings"})
_LOADED = frozenset({"get", "get_one", "get_or_404"})
_EXECUTED = frozenset({"execute", "exec", "scalars", "scalar", "stream", "stream_scalars"})
_FETCHED = frozenset({"one_or_404", "first_or_404", "paginate"})
_REFRESHED = frozenset({"refresh"})
_DRIVERS = words(
    """sqlite3 psycopg2 psycopg pymysql MySQLdb mysql asyncpg aiosqlite cx_Oracle oracledb
    pyodbc apsw"""
)


class Sessions:
    """Calls of methods of sessions and the like."""

    def __init__(self, engine: Engine, touches: Touches, queries: Queries, raw: RawSql) -> None:
        self.engine = engine
        self.touches = touches
        self.queries = queries
        self.raw = raw

    def call(self, path: str, site: CallSite) -> bool:
        """A call of the library's `path`; False if it is nothing of theirs."""
        method, holder = path.rpartition(".")[2], paths.owner(path)
        if method in EXECUTING and (method != "text" or m.is_code(site.activation)):
            self.raw.execute(site)
        if _commits(method, holder):
            self.touches.commit(site.place)
        if paths.is_session(holder):
            return self._call(method, site)
        if paths.is_database(holder) and method in _LOADED | _FETCHED:
            return self._call(method, site)
        if paths.is_library(path) and method in _EXECUTED:
            return self._call(method, site)
        return False

    def _call(self, method: str, site: CallSite) -> bool:
        first = site.argument(0, "instance")
        if method == "query":
            self._query(site)
        elif method in _EXECUTED | _FETCHED:
            self._execute(method, site)
        elif first is None:
            return False
        elif method in _ADDED:
            self._add(method, first, site)
        elif method == "delete":
            self.engine.watch(first, lambda value: self._delete(value, site))
        elif method in _BULK:
            self.touches.values(first, site.place, Mode.WRITE)
        elif method in _LOADED:
            self._get(first, site)
        elif method in _REFRESHED:
            self.touches.values(first, site.place, Mode.READ)
        else:
            return False
        return True

    def _query(self, site: CallSite) -> None:
        nodes = tuple(node for node, _ in site.args)
        self.engine.add(site.result, self.queries.of_site(m.QUERY, site, nodes))
        self.queries.mention(site)

    def _execute(self, method: str, site: CallSite) -> None:
        for node, _ in site.args[:1]:
            self.engine.watch(node, lambda value: self._run(value, method, site))

    def _run(self, number: int, method: str, site: CallSite) -> None:
        if not self.queries.is_query(number):
            return
        if method in ("scalar", "one_or_404", "first_or_404"):
            self.queries.rows(number, site.result, scalar=True)
        elif method == "paginate":
            self.queries.pages.take(number, site)
            scalars = self.queries.result_of(number, m.SCALARS)
            self.engine.add(site.result, self.queries.result_of(scalars, m.PAGES))
        else:
            single = method == "exec" and len(self.queries.columns(number)) == 1
            kind = m.SCALARS if single or method.endswith("scalars") else m.RESULT
            self.engine.add(site.result, self.queries.result_of(number, kind))

    def _add(self, method: str, node: int, site: CallSite) -> None:
        """What is added was made somewhere, which is noted there; here where few may be meant."""
        each(self.engine, node, lambda value: self._added(value, site))
        if method == "merge":
            self.engine.edge(node, site.result)

    def _added(self, number: int, site: CallSite) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self.touches.note(site.place, Mode.WRITE, What.PASSED, value.link)

    def _delete(self, number: int, site: CallSite) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self.touches.note(site.place, Mode.WRITE, What.DELETED, value.link)

    def _get(self, node: int, site: CallSite) -> None:
        self.touches.values(node, site.place, Mode.READ)
        self.engine.watch(
            node, lambda class_: self.queries.relations.give_instance(class_, site.result)
        )


def _commits(method: str, holder: str) -> bool:
    """Whether a method ends a transaction; `begin()` stands for the block that it opens."""
    if paths.is_library(holder):
        return method in ("commit", "begin")
    return method == "commit" and holder.partition(".")[0] in _DRIVERS
