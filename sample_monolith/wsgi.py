"""Entry point for WSGI servers: ``flask --app wsgi run`` or any server's ``wsgi:app``."""

from shop import create_app

app = create_app()
