"""The internal port."""

from __future__ import annotations

import json

import kit_fakes
import pytest
from flask import Flask
from werkzeug.test import Client
from werkzeug.wrappers import Response

from servicekit import description, openapi
from servicekit.auth import Tokens
from servicekit.internal import Internal
from servicekit.peers import Peers
from servicekit.readiness import Readiness
from servicekit.telemetry import Metrics

TOKENS = Tokens([kit_fakes.SECRET], "orders")


class Site:
    """An internal application with its parts at hand."""

    def __init__(self, folder, **changes):
        described = description.read(kit_fakes.write(folder, {}, **changes))
        url = kit_fakes.environment(folder)["DATABASE_URL"]
        peers = Peers({"accounts": "http://127.0.0.1:9"}, TOKENS)
        self.data = kit_fakes.FakeData()
        self.readiness = Readiness(described, url, peers, self.data)
        metrics = Metrics()
        metrics.watch_lag(self.data.lag)
        internal = Internal(
            self.data.operations(),
            TOKENS,
            self.readiness,
            metrics,
            lambda: openapi.document(_app(), "orders"),
        )
        self.client = Client(internal, Response)

    def call(self, operation, data="{}", token=None):
        token = TOKENS.issue("orders") if token is None else token
        headers = {"Authorization": "Bearer " + token}
        answer = self.client.post("/internal/" + operation, data=data, headers=headers)
        return answer.status_code, json.loads(answer.get_data(as_text=True))

    def page(self, path):
        answer = self.client.get(path)
        return answer.status_code, json.loads(answer.get_data(as_text=True))


def _app():
    app = Flask("sample")

    @app.route("/orders/<int:number>", methods=["GET", "POST"])
    def order(number):
        """Show an order.

        With its lines.
        """

    @app.route("/<any(a,b):kind>/")
    def kinds(kind):
        pass

    return app


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_an_operation_answers(site):
    """A call with a token reaches the operation of that name."""
    assert site.call("echo", '{"a": [1]}') == (200, {"said": {"a": [1]}})


def test_a_refusal_is_409(site):
    """`Refused` becomes 409 with its reason and details."""
    assert site.call("decline") == (409, {"reason": "conflict", "details": {"table": "users"}})


def test_a_bug_is_500_without_details(site):
    """What goes wrong inside isn't told to callers; the log has it."""
    assert site.call("fail") == (500, {"reason": "error"})


@pytest.mark.parametrize(
    "token", ["", "rubbish", TOKENS.issue("accounts")], ids=["none", "rubbish", "another audience"]
)
def test_operations_need_a_token(site, token):
    """Without a token for this service nothing is done, known operation or not."""
    assert site.call("echo", token=token)[0] == 401
    assert site.call("unknown", token=token)[0] == 401


def test_what_is_no_call(site):
    """Unknown operations, malformed bodies, other methods and paths have their own answers."""
    assert site.call("unknown")[0] == 404
    assert site.call("echo", "[1]")[0] == 400
    assert site.call("echo", "\u00ff")[0] == 400
    assert site.client.get("/internal/echo").status_code == 405
    assert site.client.post("/readyz").status_code == 405
    assert site.page("/else")[0] == 404


def test_alive_and_ready(site):
    """A fresh service is alive and ready, and says what it looked at."""
    assert site.page("/healthz") == (200, {"alive": True})
    status, report = site.page("/readyz")
    assert status == 200
    assert report["database"] is True
    assert report["lag"] == {"accounts": {"position": 3, "age": 0.5, "copying": []}}


def test_draining_is_not_ready(site):
    """From SIGTERM on the service is unready, and still alive."""
    site.readiness.draining = True
    assert site.page("/readyz")[0] == 503
    assert site.page("/healthz")[0] == 200


def test_incomplete_replicas_are_not_ready(site):
    """Until initial copies are complete the service gets no requests."""
    site.data.copying = ["users"]
    assert site.page("/readyz")[0] == 503


@pytest.mark.parametrize(("owner_down", "status"), [("stale", 200), ("refuse", 503)])
def test_owners_out_of_reach_count_where_stale_answers_are_refused(tmp_path, owner_down, status):
    """An unreachable owner makes unready only a service that won't answer without it."""
    site = Site(tmp_path, replicas={"users": "accounts"}, peers=["accounts"], owner_down=owner_down)
    answer = site.page("/readyz")
    assert answer[0] == status
    assert answer[1]["owners"] == {"accounts": False}


def test_a_missing_database_is_not_ready(tmp_path):
    """A database that can't be opened gives 503 with the reason."""
    site = Site(tmp_path)
    site.readiness._database_url = f"sqlite:///{tmp_path}/none/db"
    status, report = site.page("/readyz")
    assert (status, report["database"]) == (503, False)


def test_numbers(site):
    """/metrics has the counters, and the lag of each owner."""
    site.call("echo")
    text = site.client.get("/metrics").get_data(as_text=True)
    assert 'servicekit_operations_total{operation="echo",outcome="answered"} 1.0' in text
    assert 'servicekit_feed_lag{of="age",owner="accounts"} 0.5' in text


def test_the_public_endpoints_are_described(site):
    """/openapi.json has paths, parameters and what docstrings say."""
    status, document = site.page("/openapi.json")
    assert status == 200
    path = document["paths"]["/orders/{number}"]
    assert sorted(path) == ["get", "post"]
    assert path["get"]["summary"] == "Show an order."
    assert path["get"]["description"] == "With its lines."
    assert path["get"]["parameters"][0]["schema"] == {"type": "integer"}
    kinds = document["paths"]["/{kind}/"]["get"]
    assert kinds["parameters"][0]["schema"] == {"type": "string", "enum": ["a", "b"]}
