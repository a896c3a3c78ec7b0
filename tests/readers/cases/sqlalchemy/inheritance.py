"""Joined and single-table inheritance, in Flask-SQLAlchemy and without."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, declared_attr, relationship

db = SQLAlchemy()
Base = declarative_base()


class Vehicle(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    wheels = db.Column(db.Integer)


class SportsCar(Vehicle):
    id = db.Column(db.ForeignKey("vehicle.id"), primary_key=True)
    top_speed = db.Column(db.Integer)


class Bicycle(Vehicle):
    gears = db.Column(db.Integer)


class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)


class Manager(Person):
    budget = Column(Integer)


class Engineer(Person):
    __tablename__ = "engineers"
    id = Column(ForeignKey("people.id"), primary_key=True)


def fastest():
    return SportsCar.query.order_by(SportsCar.top_speed).first()


def slow_down(car: SportsCar):
    car.top_speed = 10


def remove_wheel(car: SportsCar):
    car.wheels = 3


def ride():
    return Bicycle.query.all()


class Owned:
    """A mixin whose columns are in the table of the first entity that has it."""

    def __init__(self, user):
        self.owner = user

    @declared_attr
    def owner_id(cls):
        return Column(ForeignKey("people.id"))

    @declared_attr
    def owner(cls):
        return relationship(Person)


class Thing(Owned, Base):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)

    def __init__(self, user):
        Owned.__init__(self, user)


class Boat(Thing):
    __tablename__ = "boats"
    id = Column(ForeignKey("things.id"), primary_key=True)


def launch(user: Person):
    return Boat(user)


def buy(user: Person):
    return Thing(user)
