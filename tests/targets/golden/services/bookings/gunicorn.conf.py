"""How gunicorn runs this service: `gunicorn --config gunicorn.conf.py service:app`.

The numbers come from the environment (HOST, PORT, WORKERS, THREADS, REQUEST_TIMEOUT,
GRACEFUL_TIMEOUT); assign below what this service needs to be otherwise.
"""

from pathlib import Path

from servicekit.process import gunicorn_settings

globals().update(gunicorn_settings(Path(__file__).with_name("service.json")))
