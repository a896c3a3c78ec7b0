"""What a dotted path into the libraries means, whichever alias or re-export it came by."""

from __future__ import annotations

from functools import lru_cache


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set of names."""
    return frozenset(text.split())


_ROOTS = words(
    """sqlalchemy flask_sqlalchemy sqlmodel flask_sqlalchemy_lite sqlalchemy_utils
    flask_sqlalchemy_unchained quart_sqlalchemy"""
)
_OLD_ROOT = "flask.ext.sqlalchemy"
_SESSIONS = words(
    """session session() sessionmaker()() scoped_session() scoped_session()() Session()
    Session()() create_session() create_scoped_session() create_scoped_session()()
    async_sessionmaker()() AsyncSession() object_session() SignallingSession()
    session_factory()"""
)
_BASES = words(
    """Model declarative_base() automap_base() generate_base() make_declarative_base()
    DeclarativeBase DeclarativeBaseNoMeta SQLModel"""
)
_ROOT_BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
_QUERY_CLASSES = frozenset({"Query", "BaseQuery"})


@lru_cache(maxsize=65536)
def is_library(path: str) -> bool:
    """Whether a path leads into SQLAlchemy or something around it."""
    root = path.partition(".")[0].partition("(")[0]
    return root in _ROOTS or path.startswith(_OLD_ROOT)


@lru_cache(maxsize=65536)
def tail(path: str) -> str:
    """The last part of a path into the libraries, calls included; empty for other paths."""
    return path.rpartition(".")[2] if is_library(path) else ""


def owner(path: str) -> str:
    """The path without its last part."""
    return path.rpartition(".")[0]


def is_session(path: str) -> bool:
    """Whether a path is a session, or the registry that stands for one."""
    return tail(path) in _SESSIONS


def is_database(path: str) -> bool:
    """Whether a path is Flask-SQLAlchemy's extension object."""
    return tail(path) == "SQLAlchemy()"


def is_base(path: str) -> bool:
    """Whether a class with this base is an entity."""
    return tail(path) in _BASES


def is_root_base(path: str) -> bool:
    """Whether a direct child of this base is a declarative base itself, not an entity."""
    return tail(path) in _ROOT_BASES or path in (
        "flask_sqlalchemy.Model",
        "flask_sqlalchemy.model.Model",
    )


def is_flask(path: str) -> bool:
    """Whether a base names tables the way that Flask-SQLAlchemy does."""
    return tail(path) == "Model"


def is_query_class(path: str) -> bool:
    """Whether a base makes a class a query class."""
    return tail(path) in _QUERY_CLASSES
