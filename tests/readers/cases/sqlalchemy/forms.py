"""A form stores its fields in an entity, relationships among them."""
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField

db = SQLAlchemy()


class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    post_id = db.Column(db.ForeignKey("post.id"))


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)
    tags = db.relationship(Tag)


class TitleForm(FlaskForm):
    title = StringField()


class TagsForm(FlaskForm):
    tags = SelectMultipleField()


def retitle(post: Post):
    TitleForm().populate_obj(post)


def retag(post: Post):
    TagsForm().populate_obj(post)
