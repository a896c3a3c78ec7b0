"""An entity's first base may be another library's."""
from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Member(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    groups = db.Column(db.String)


def find(name):
    return Member.query.filter_by(groups=name).first()
