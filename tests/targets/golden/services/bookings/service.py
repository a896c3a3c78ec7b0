"""This service as a WSGI application; `flask --app service:flask_app` has its commands."""

from pathlib import Path

from servicekit.application import create

app = create(Path(__file__).with_name("service.json"))
flask_app = app.flask
