"""SQL in strings: DB-API cursors, text(), constants, formatted strings, unknown connections."""
import sqlite3

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

db = SQLAlchemy()
REPORT = text("SELECT * FROM orders JOIN customers ON 1 = 1").columns()
INSERT = "INSERT INTO orders (id) VALUES (?)"


def get_db():
    return sqlite3.connect("x")


def literal():
    get_db().execute("SELECT * FROM orders")
    get_db().commit()


def constant():
    cursor = get_db().cursor()
    cursor.executemany(INSERT, [])


def report():
    return db.session.execute(REPORT.bindparams()).all()


def formatted(column):
    db.session.execute(text(f"UPDATE orders SET {column} = 1"))
    db.engine.execute("DELETE FROM {} WHERE id = 1".format("customers"))


def unknown(connection):
    connection.execute("UPDATE customers SET name = %s", ["x"])


def script():
    get_db().executescript("CREATE TABLE orders (id INTEGER, customer_id REFERENCES customers(id));")


def no_sql(bot):
    bot.execute("Select a user from the list")
