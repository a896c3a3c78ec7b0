"""A club: members and their bookings."""

import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app(overrides=None):
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "development")
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///club.db")
    app.config.from_mapping(overrides or {})
    db.init_app(app)

    from club.members import members

    app.register_blueprint(members, url_prefix="/members")
    return app
