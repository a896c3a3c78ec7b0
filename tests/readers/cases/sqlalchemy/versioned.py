"""SQLAlchemy-Continuum keeps versions of an entity in a second table."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy_continuum import make_versioned, version_class

db = SQLAlchemy()
make_versioned()


class Bill(db.Model):
    __versioned__ = {}
    id = db.Column(db.Integer, primary_key=True)
    amount = db.Column(db.Integer)


BillVersion = version_class(Bill)


def pay(bill: Bill):
    bill.amount = 0


def history():
    return BillVersion.query.filter_by(id=1).all()


def purge():
    BillVersion.query.delete()
