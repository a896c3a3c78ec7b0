"""Listeners of model events are entry points."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


@event.listens_for(User, "before_update")
def stamp(mapper, connection, target):
    target.name = "x"


def log(session):
    session.execute("INSERT INTO logs VALUES (1)")


db.event.listen(db.session, "after_commit", log)
