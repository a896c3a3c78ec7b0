"""Flask-SQLAlchemy: table names, columns, keys, relationships, association tables."""
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
post_tags = db.Table(
    "post_tags",
    db.Column("post_id", db.ForeignKey("blog_post.id", ondelete="CASCADE")),
    db.Column("tag_id", db.ForeignKey("tags.id")),
)


class Timestamps:
    created = db.Column(db.DateTime)


class Base(db.Model):
    __abstract__ = True
    id = db.Column(db.Integer, primary_key=True)


class User(Base, Timestamps):
    __tablename__ = "users"
    _password = db.Column("password", db.String)
    posts = db.relationship("BlogPost", backref="author", cascade="all, delete-orphan")


class BlogPost(Timestamps, Base):
    author_id = db.Column(db.ForeignKey(User.id))
    tags = db.relationship("Tag", secondary=post_tags, backref=db.backref("posts", lazy="dynamic"))


class Tag(Base):
    __tablename__ = "tags"
    name = db.Column(db.String)


class HTTPLog(Base):
    pass
