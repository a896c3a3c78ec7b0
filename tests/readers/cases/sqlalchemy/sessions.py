"""Adding, merging, deleting with cascades, bulk operations, commits."""
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Parent(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    children = db.relationship("Child", backref="parent", cascade="all, delete-orphan")


class Child(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    parent_id = db.Column(db.ForeignKey("parent.id"))
    toys = db.relationship("Toy")


class Toy(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    child_id = db.Column(db.ForeignKey("child.id"))


class Saved:
    def save(self):
        db.session.add(self)
        db.session.commit()
        return self


class Pet(Saved, db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Plant(Saved, db.Model):
    id = db.Column(db.Integer, primary_key=True)


def make():
    db.session.add(Parent(children=[Child()]))
    db.session.add_all([Child(), Toy()])
    with db.session.begin():
        pass


def remove(parent: Parent):
    db.session.delete(parent)
    db.session.commit()


def keep():
    return Pet().save()


def grow():
    return Plant().save()


def load_many(rows):
    db.session.bulk_insert_mappings(Toy, rows)
    db.session.merge(Toy()).child_id = 1
    db.session.refresh(Toy())


def fetch(ident):
    db.session.get(Toy, ident).child_id = 2
