"""Reads SQLAlchemy, Flask-SQLAlchemy and DB-API code: tables, and who reads and writes them."""

from decompose.readers.sqlalchemy.library import SqlAlchemyLibrary

__all__ = ["SqlAlchemyLibrary"]
