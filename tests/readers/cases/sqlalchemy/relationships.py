"""Collections changed and assigned, many-to-many, dynamic ones, proxies, synonyms, hybrids."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property

db = SQLAlchemy()
members = db.Table(
    "members",
    db.Column("user_id", db.ForeignKey("user.id")),
    db.Column("team_id", db.ForeignKey("team.id")),
)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    _email = db.Column("email", db.String)
    badges = db.relationship("Badge", backref="user", lazy="dynamic")
    badge_names = association_proxy("badges", "name")

    @hybrid_property
    def email(self):
        return self._email

    @email.setter
    def email(self, value):
        self._email = value


class Team(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    members = db.relationship(User, secondary=members, backref="teams")
    lead_id = db.Column(db.ForeignKey("user.id"))
    lead = db.relationship("app.User", lazy="joined")


class Badge(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"))
    name = db.Column(db.String)


def join(team: Team, user: User):
    team.members.append(user)


def leave(team: Team, user: User):
    user.teams.remove(team)


def promote(team: Team, user: User):
    team.lead = user


def award(user: User, badge: Badge):
    user.badges.append(badge)


def count(user: User):
    return user.badges.filter_by(name="x").count()


def give(badge: Badge, user: User):
    badge.user = user


def rename(user: User):
    user.email = "x"


def names(user: User):
    return user.badge_names


def not_mapped(user: User):
    user.cached = 1


def eager():
    return Team.query.first()
