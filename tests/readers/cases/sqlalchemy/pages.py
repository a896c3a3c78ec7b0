"""Rows taken out of many: which queries name no order on some way to where they are cut."""
from flask_sqlalchemy import BaseQuery, SQLAlchemy
from sqlalchemy import select


class Finding(BaseQuery):
    def found(self):
        return self.filter_by(lost=False)


db = SQLAlchemy()


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    tags = db.relationship("Tag", lazy="dynamic", backref=db.backref("posts", lazy="dynamic"))
    notes = db.relationship("Note", lazy="dynamic", order_by="Note.id")


class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    post_id = db.Column(db.ForeignKey("post.id"))


class Note(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    post_id = db.Column(db.ForeignKey("post.id"))
    lost = db.Column(db.Boolean)
    query_class = Finding


def ordered_in_the_chain():
    return Post.query.filter_by(id=1).order_by(Post.id).limit(10).all()


def ordered_step_by_step():
    query = Post.query
    query = query.order_by(Post.id)
    return query.limit(10).all()


def ordered_by_a_helper():
    return newest(Post.query).paginate(page=1)


def newest(query):
    return query.order_by(Post.id.desc())


def ordered_after_the_cut():
    return db.session.execute(select(Post).limit(10).order_by(Post.id)).all()


def ordered_by_the_relationship(post):
    return Post.query.get(1).notes.limit(3).all()


def ordered_in_a_query_class():
    return Note.query.found().order_by(Note.id).limit(3).all()


def is_there_any():
    return bool(Post.query.limit(1).all())


def all_of_them():
    return Post.query.all()


def open_in_the_chain():
    return Post.query.filter_by(id=1).limit(10).all()


def open_pages():
    return Post.query.paginate(page=1)


def open_pages_of_a_statement():
    return db.paginate(select(Post))


def open_slice():
    return Post.query.slice(0, 10)


def open_on_one_way(sort):
    query = Post.query
    if sort:
        query = query.order_by(Post.id)
    return page(query)


def page(query):
    return query.offset(3).limit(10).all()


def open_relationship():
    return Post.query.get(1).tags.limit(3).all()


def open_in_a_query_class():
    return Note.query.found().limit(3).all()
