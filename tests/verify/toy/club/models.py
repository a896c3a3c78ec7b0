import datetime
import secrets

from club.database import db


class Member(db.Model):
    __tablename__ = "members"
    __table_args__ = {"sqlite_autoincrement": True}
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String, unique=True, nullable=False)
    card = db.Column(db.String, default=lambda: secrets.token_hex(8))
    borrowed = db.Column(db.Integer, nullable=False, default=0)


class Loan(db.Model):
    __tablename__ = "loans"
    id = db.Column(db.Integer, primary_key=True)
    member_id = db.Column(db.ForeignKey("members.id"), nullable=False)
    title = db.Column(db.String, nullable=False)
    since = db.Column(db.DateTime, default=datetime.datetime.now)
    member = db.relationship(Member)
