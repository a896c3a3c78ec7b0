"""A model class of our own, whose methods every entity has; constructors of our own."""
from flask_sqlalchemy import Model, SQLAlchemy


class Crud(Model):
    @classmethod
    def create(cls, **values):
        return cls(**values).save()

    def save(self):
        db.session.add(self)
        db.session.commit()
        return self


db = SQLAlchemy(model_class=Crud)


class Book(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)

    def __init__(self, title):
        db.Model.__init__(self, title=title)


class Shelf(db.Model):
    id = db.Column(db.Integer, primary_key=True)


def write():
    return Book.create(title="x")


def build():
    Shelf().save()
