"""Core statements over tables and entities."""
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, delete, insert, select, update
from sqlalchemy import ForeignKeyConstraint

engine = create_engine("sqlite://")
metadata = MetaData()
jobs = Table("jobs", metadata, Column("id", Integer), Column("owner", Integer), schema="work")
steps = Table(
    "steps",
    metadata,
    Column("job", Integer),
    ForeignKeyConstraint(["job"], ["work.jobs.id"], ondelete="CASCADE"),
)


def change():
    with engine.begin() as connection:
        connection.execute(insert(jobs).values(id=1))
        connection.execute(update(steps).where(steps.c.job == 1))


def change_by_methods(connection):
    connection.execute(jobs.insert(), {"id": 1})
    connection.execute(steps.delete())


def look(connection):
    return connection.execute(select(jobs.c.id).join(steps)).fetchall()


def look_by_methods(connection):
    return connection.execute(jobs.select())


def drop_steps(connection):
    connection.execute(delete(steps))
