"""Reading `service.json`."""

from __future__ import annotations

import json

import kit_fakes
import pytest

from servicekit.description import BuildOnly, DescriptionError, read


def test_everything_that_the_contract_names_is_understood(tmp_path):
    """Every member of service.json arrives typed."""
    rule = {"rule": "/p/<slug>", "endpoint": "catalogue.product", "methods": ["GET"]}
    path = kit_fakes.write(
        tmp_path,
        {},
        owned=["carts"],
        replicas={"users": "accounts"},
        declared={"reviews": "reviews"},
        peers=["accounts", "reviews"],
        endpoints={"cart.view": {"reads": ["carts", "users"]}},
        build_only=[dict(rule, defaults={"page": 1}, subdomain=None, strict_slashes=True)],
        settings={"SIZE": {"environment": "PAGE_SIZE", "type": "integer", "default": 12}},
        database={"config": "DATABASE", "style": "path"},
    )
    description = read(path)
    assert description.tables == ("carts", "reviews", "users")
    assert description.owners == ("accounts",)
    assert description.endpoints == {"cart.view": ("carts", "users")}
    assert description.build_only == (
        BuildOnly("/p/<slug>", "catalogue.product", ("GET",), {"page": 1}, None, True),
    )
    assert description.application.is_factory
    assert description.database.style == "path"
    assert description.settings[0].default == 12


def test_all_problems_are_told_at_once(tmp_path):
    """One error names each wrong value with its place."""
    path = kit_fakes.write(
        tmp_path,
        {},
        format=2,
        name="",
        application={"target": "shop", "kind": "thing"},
        database={},
        replicas={"users": 3},
        build_only=[{"rule": "p", "endpoint": "e"}],
        level="sometimes",
        levels={"users": "never"},
    )
    with pytest.raises(DescriptionError) as caught:
        read(path)
    said = str(caught.value)
    for part in (
        "format: this kit reads format 1",
        "name: expected text",
        "application.target: expected 'module:name'",
        "application.kind: expected one of factory, object, found 'thing'",
        "database: expected 'config' or 'environment'",
        "replicas.users: expected text, found 3",
        "build_only[0].rule: a rule starts with '/'",
        "level: expected one of strong, session, eventual",
        "levels.users: expected one of strong, session, eventual, found 'never'",
    ):
        assert part in said


def test_contradictions_are_told(tmp_path):
    """A table has one owner, an owner is a peer, and nobody is a peer of their own."""
    path = kit_fakes.write(
        tmp_path, {}, owned=["users"], replicas={"users": "accounts"}, peers=["orders"]
    )
    with pytest.raises(DescriptionError) as caught:
        read(path)
    assert [problem.partition(": ")[2] for problem in caught.value.problems] == [
        "users: is more than one of owned, replicas, declared",
        "users: its owner 'accounts' is not among the peers",
        "peers: a service is no peer of its own",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", json.dumps({"replicas": [1]})])
def test_what_is_no_description_is_an_error_of_the_same_kind(tmp_path, text):
    """Broken files give a DescriptionError, never a traceback of the parser."""
    path = tmp_path / "service.json"
    path.write_text(text)
    with pytest.raises(DescriptionError):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    """The error for a missing service.json has its path."""
    with pytest.raises(DescriptionError, match=r"nowhere\.json"):
        read(tmp_path / "nowhere.json")
