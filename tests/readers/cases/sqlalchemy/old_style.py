"""declarative_base, string query API, sessionmaker, imperative mapping and registries."""
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import backref, mapper, registry, relationship, scoped_session, sessionmaker

Base = declarative_base()
Session = scoped_session(sessionmaker())
metadata = MetaData()
mapper_registry = registry()
audits = Table("audits", metadata, Column("id", Integer, primary_key=True))


class Audit:
    pass


mapper(Audit, audits)


@mapper_registry.mapped
class Note:
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)


class Account(Base):
    __tablename__ = "accounts"
    id = Column(Integer, primary_key=True)


class Entry(Base):
    __table__ = Table(
        "entries",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("account_id", ForeignKey("accounts.id")),
        Column("kind", String),
    )
    account = relationship(lambda: Account, backref=backref("entries", lazy="dynamic"))


def find(ident):
    session = Session()
    return session.query(Account).get(ident)


def record(ident):
    Session.add(Audit())
    Session.commit()
    return find(ident).entries.filter_by(kind="x").all()


def take_notes(session=Session):
    session.query(Note).delete()
