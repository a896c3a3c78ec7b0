"""A small monolith: members, and the loans of a club's library."""

from flask import Flask

from club.database import db


def create_app(overrides=None):
    app = Flask(__name__)
    app.config.update(SECRET_KEY="club", SQLALCHEMY_DATABASE_URI="sqlite:///club.db")
    app.config.update(overrides or {})
    db.init_app(app)

    from club.loans import loans
    from club.members import members

    app.register_blueprint(members)
    app.register_blueprint(loans)
    return app
