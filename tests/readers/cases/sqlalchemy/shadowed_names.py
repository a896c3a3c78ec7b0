"""A class body's name means the outer one until the body binds it."""
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
moderators = db.Table(
    "moderators",
    db.Column("user_id", db.ForeignKey("user.id")),
    db.Column("forum_id", db.ForeignKey("forum.id")),
)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Forum(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    moderators = db.relationship("User", secondary=moderators)


def appoint(forum: Forum, user: User):
    forum.moderators.append(user)
