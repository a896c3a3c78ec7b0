"""What this service promises to those who run it and to other services."""

import json

import pytest

OPERATIONS = ("feed", "snapshot", "position", "apply", "confirm", "cancel", "outcome")


def test_tables(service, description):
    """Its own tables and the copies of others' are there."""
    held = {*description["owned"], *description["replicas"]}
    with service.data.database.snapshot() as raw:
        for name in held:
            assert service.data.database.table(raw, name).columns


def test_endpoints(service, description):
    """It answers its own endpoints, and builds links to those of others without answering them."""
    rules = {rule.endpoint: rule for rule in service.flask.url_map.iter_rules()}
    assert set(description["endpoints"]) <= set(rules)
    elsewhere = {rule["endpoint"] for rule in description["build_only"]} - {"static"}
    assert all(rules[name].build_only for name in elsewhere)  # Flask adds `static` by itself


def test_alive(internal):
    """It is alive as soon as it runs."""
    assert internal.get("/healthz").status_code == 200


def test_ready(internal, description):
    """It is ready once the copies of others' tables are complete: not without their owners."""
    answer = internal.get("/readyz")
    assert answer.status_code == (503 if description["replicas"] else 200)
    assert json.loads(answer.data)["database"] is True


def test_described(internal, description):
    """Its OpenAPI document and its metrics can be read."""
    document = json.loads(internal.get("/openapi.json").data)
    assert document["openapi"].startswith("3.")
    assert b"# TYPE" in internal.get("/metrics").data


@pytest.mark.parametrize("operation", OPERATIONS)
def test_internal(internal, operation):
    """What services ask of each other answers nobody without a token."""
    assert internal.post(f"/internal/{operation}", json={}).status_code == 401
