"""What people see first: the services of the sample monolith."""

from __future__ import annotations

from pathlib import Path

import pytest

from decompose.domain.analysis import Analysis
from decompose.domain.lookup import tops
from decompose.domain.partition import KERNEL, ROOT
from decompose.pipeline import Options, analyze
from decompose.wiring.built_in import built_in

SAMPLE = Path(__file__).parents[2] / "sample_monolith"


class Quiet:
    """Shows no progress."""

    def stage(self, name: str, total: int) -> None:
        """Take note of nothing."""

    def advance(self, count: int) -> None:
        """Take note of nothing."""


@pytest.fixture(scope="module", name="sample")
def _sample() -> Analysis:
    return analyze(SAMPLE, built_in().toolkit, Options(without=frozenset({"history"})), Quiet())


def place(sample: Analysis) -> dict[str, str]:
    return {p.definition: p.service for p in sample.partition.placements}


def test_there_are_services_with_names_of_the_business(sample: Analysis) -> None:
    """At least four, and among them those that anybody would name."""
    names = {service.id for service in sample.partition.services}
    assert len(names) >= 4
    assert {"accounts", "orders", "cart", "notifications"} <= names


def test_tables_have_one_owner_each(sample: Analysis) -> None:
    """Every table is owned once, by a service that is there."""
    names = {service.id for service in sample.partition.services}
    assert [owner.table for owner in sample.partition.owners] == [
        t.name for t in sample.model.tables
    ]
    assert all(owner.owner in names for owner in sample.partition.owners)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("shop.accounts.services.register_user", "shop.models.User"),
        ("shop.orders.services.cancel", "shop.models.Order"),
        ("shop.shipping.services.dispatch", "shop.shipping.models.Shipment"),
        ("shop.catalogue.services.create_category", "shop.models.Category"),
        ("shop.api.orders.cancel", "shop.orders.views.cancel"),
        ("shop.backoffice.users.users", "shop.models.User"),
        ("shop.accounts.views.login", "template:accounts/login.html"),
        ("shop.reviews.views.write", "shop.reviews.models.Review"),
    ],
)
def test_what_belongs_together_is_together(sample: Analysis, one: str, two: str) -> None:
    """Code is with its tables, templates with the endpoints that show them."""
    at = place(sample)
    assert at[one] == at[two]


def test_models_are_split_by_definition(sample: Analysis) -> None:
    """The shared module of models is in several services."""
    at = place(sample)
    assert len({at["shop.models.User"], at["shop.models.Order"], at["shop.models.Product"]}) == 3


def test_kernel_and_root_hold_what_no_domain_owns(sample: Analysis) -> None:
    """Extensions, helpers and the page frame are kernel, the factory is root."""
    at = place(sample)
    kernel = ("shop.extensions.db", "shop.utils.utcnow", "template:base.html",
              "shop.exceptions.ShopError")  # fmt: skip
    assert {at[name] for name in kernel} == {KERNEL}
    assert {at["shop.create_app"], at["shop.config.Config"]} == {ROOT}
    top = tops(sample.model)
    assert all(at[top[route.handler]] != KERNEL for route in sample.model.routes
               if route.handler in top)  # fmt: skip
