"""Query classes of our own, on the entity and on the database object."""
from flask_sqlalchemy import BaseQuery, SQLAlchemy


class Living(BaseQuery):
    def alive(self):
        return self.filter_by(dead=False)

    def oldest(self):
        return self.alive().order_by("age").first()


db = SQLAlchemy(query_class=Living)


class Named(BaseQuery):
    def called(self, name):
        return self.filter_by(name=name).one()


class Cat(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    query_class = Named


class Dog(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    age = db.Column(db.Integer)


def rename_cat():
    Cat.query.called("x").name = "y"


def age_dog():
    Dog.query.alive().oldest().age = 3


class Hiding(BaseQuery):
    def with_hidden(self):
        return self.__class__(self.session, hidden=True)


class Fish(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    query_class = Hiding


def feed_fish():
    Fish.query.with_hidden().first().id = 1
