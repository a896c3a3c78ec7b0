"""What SQL text reads, writes and declares."""

from decompose.resolve.sql.declarations import declarations
from decompose.resolve.sql.result import SqlForeignKey, SqlResult, SqlTable, SqlView
from decompose.resolve.sql.statements import statements

__all__ = ["SqlForeignKey", "SqlResult", "SqlTable", "SqlView", "declarations", "statements"]
