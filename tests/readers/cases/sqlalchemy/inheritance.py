"""Joined and single-table inheritance, in Flask-SQLAlchemy and without."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base

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
