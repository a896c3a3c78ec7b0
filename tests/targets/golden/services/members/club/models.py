"""All tables in one file."""

from club import db


class Member(db.Model):
    __tablename__ = "members"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True, nullable=False)
    booked = db.Column(db.Integer, nullable=False, default=0)
