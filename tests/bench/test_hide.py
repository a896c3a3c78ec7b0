"""Tests of hiding packages and of the partitions compared with."""

from __future__ import annotations

from .hide import renamed
from .partitions import feature_of, shuffled


def test_longest_module_name_is_replaced() -> None:
    """A definition of a subpackage gets that module's new name, not its parent's."""
    names = {"shop": "m0", "shop.orders": "m1"}
    assert renamed("shop.orders.Order.total", names) == "m1.Order.total"
    assert renamed("shop.create_app", names) == "m0.create_app"
    assert renamed("shopping.cart", names) == "shopping.cart"


def test_feature_is_the_package_below_the_root() -> None:
    """A module right below the root has no feature; a deeper one has its package's."""
    assert feature_of("shop.orders.views", "shop") == "orders"
    assert feature_of("shop.models", "shop") == ""
    assert feature_of("other.orders.views", "shop") == ""


def test_shuffled_keeps_sizes() -> None:
    """The random baseline has groups of the same sizes, and is the same for the same seed."""
    labels = {"a": "1", "b": "1", "c": "2"}
    assert sorted(shuffled(labels, 1).values()) == ["1", "1", "2"]
    assert shuffled(labels, 1) == shuffled(labels, 1)
