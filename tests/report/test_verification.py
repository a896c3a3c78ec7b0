"""The documents and the screen of a verification: their shape, and that no name can spoil them."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
from jsonschema import Draft202012Validator
from rich.console import Console

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.verification import (
    Difference,
    EndpointResult,
    Mismatch,
    Suspect,
    Unplayable,
    Unsteady,
    Verification,
)
from decompose.report import verification_documents, verification_summary
from decompose.report.verification import VerifyDocument
from report.hostile import NASTY
from report.test_documents import check_golden

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "verify.schema.json"


def verification(name: str = "") -> Verification:
    """A verification with one difference; `name` is added to each name in it."""
    suspect = Suspect(
        seam="read-1",
        technique="replica",
        source="shop.orders.show",
        location=Location(path=f"shop/orders.py{name}", line=7),
        reason=f"orders → users{name}",
    )
    mismatches = (
        Mismatch(place=f"body $.total{name}", expected=f"1{name}", actual=None),
        Mismatch(place="status", expected="200", actual="500"),
    )
    difference = Difference(
        step=3,
        method="GET",
        target=f"/orders/1{name}",
        endpoint=f"orders.show{name}",
        service=f"orders{name}",
        mismatches=mismatches,
        suspects=(suspect,),
        left=f"200\n\n{name}one",
        right="500\n\nother",
    )
    return Verification(
        system=f"store{name}",
        clients=1,
        requests=5,
        rows=20,
        endpoints=(
            EndpointResult(service="cart", endpoint="cart.show", requests=2, equal=2, different=0),
            EndpointResult(
                service=f"orders{name}",
                endpoint=f"orders.show{name}",
                requests=2,
                equal=1,
                different=1,
            ),
            EndpointResult(
                service=f"orders{name}",
                endpoint=f"orders.pay{name}",
                requests=1,
                equal=0,
                different=0,
            ),
        ),
        differences=(difference,),
        unplayable=(
            Unplayable(
                step=4,
                method="POST",
                target=f"/pay{name}",
                endpoint=f"orders.pay{name}",
                service=f"orders{name}",
                supplied=(f"shop.bank.charge{name}",),
                mismatches=(Mismatch(place=f"status{name}", expected="201", actual="500"),),
            ),
        ),
        unsteady=(Unsteady(endpoint="cart.show", place="header etag", one=f"1{name}", other="2"),),
        drifted=(2,),
        late=(3,),
        untouched=(f"orders.never{name}",),
        findings=(
            Finding(
                location=Location(path="plan.json"),
                code="tape-cut-off",
                severity=Severity.WARNING,
                message=f"The tape was cut off{name}",
                hint="Record it anew.",
            ),
        ),
    )


def made(found: Verification) -> dict[str, bytes]:
    """The documents by name."""
    return {document.path: document.content for document in verification_documents(found)}


def shown(found: Verification) -> str:
    """What the screen shows."""
    out = io.StringIO()
    verification_summary(found, Console(file=out, width=100))
    return out.getvalue()


def test_schema_is_current() -> None:
    """The published schema is the one that the types have."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "verify.json",
        **msgspec.json.schema(VerifyDocument),
    }
    check_golden(SCHEMA, (json.dumps(schema, indent=2) + "\n").encode())


def test_schema_holds() -> None:
    """The document follows its published schema, whatever the names in it."""
    published = json.loads(SCHEMA.read_text())
    Draft202012Validator(published).validate(json.loads(made(verification(NASTY))["verify.json"]))


def test_junit() -> None:
    """An endpoint that differs fails; one that was not asked, or can't be, is skipped."""
    suite = ET.fromstring(made(verification())["verify.xml"])  # noqa: S314 - our own file
    told = {case.get("name"): [child.tag for child in case] for case in suite}
    assert told == {
        "cart.show": [],
        "orders.show": ["failure"],
        "orders.pay": ["skipped"],
        "orders.never": ["skipped"],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "2")


def test_hostile_names() -> None:
    """No name becomes an element of the XML, or a control character on the screen."""
    plain, hostile = (ET.fromstring(made(verification(n))["verify.xml"]) for n in ("", NASTY))  # noqa: S314
    assert [e.tag for e in plain.iter()] == [e.tag for e in hostile.iter()]
    assert "\x1b" not in shown(verification(NASTY))


def test_screen() -> None:
    """The screen names the step, both values, the seam with its line, and what nobody asked for."""
    text = shown(verification())
    for part in (
        "step 3 GET /orders/1",
        "status: monolith 200, split 500",
        "body $.total: monolith 1, split nothing",
        "shop/orders.py:7",
        "orders.never",
        "3 of 5 requests equal (60.0%), 1 can't be played",
        "step 4 POST /pay shop.bank.charge: status was 201, is 500",
        "The tape was cut off",
    ):
        assert part in text


def page(found: Verification) -> str:
    """The page."""
    return made(found)["index.html"].decode()


def test_page() -> None:
    """The page has shares, both values, both answers, the seam with its line, and what to do."""
    text = page(verification())
    for part in (
        "60.0 % equal",
        "Can't be played",
        "shop.bank.charge",
        "GET /orders/1",
        "<td>status</td>",
        "<i>nothing</i>",
        ">one</td>",
        ">other</td>",
        "shop/orders.py:7",
        "Check that the copy holds",
        "orders.never",
        "The tape was cut off",
        "header etag",
    ):
        assert part in text


def test_several_clients() -> None:
    """Where clients asked at once, screen and page say that answers were not compared."""
    found = replace(verification(), clients=4)
    assert "by 4 clients at once" in " ".join(shown(found).split())
    assert "when 4 clients asked at once; answers were not compared" in page(found)
    assert "gave the same answer" not in page(found)


def test_page_never_rounds_up() -> None:
    """One difference among very many is never told as all equal."""
    found = replace(verification(), requests=1_000_000)
    assert "99.9 % equal" in page(found)
    assert "100.0 % equal" in page(replace(found, differences=(), unplayable=()))


def test_nothing_equal_is_not_passed() -> None:
    """A tape of which nothing could be played proves nothing, so the verdict is no green one."""
    (step,) = verification().unplayable
    nothing = replace(verification(), requests=1, differences=(), unplayable=(step,))
    some = replace(nothing, requests=2)
    assert (nothing.passed, some.passed) == (False, True)
    assert 'class="verdict different"' in page(nothing)
    assert 'class="verdict equal"' in page(some)


def test_page_is_bounded() -> None:
    """Of very many differences the page shows some, and says where the others are."""
    found = verification()
    (difference,) = found.differences
    huge = replace(difference, mismatches=difference.mismatches * 500, left="x\n" * 9_000)
    text = page(replace(found, requests=5_000, differences=(huge,) * 900))
    assert "800 more differing steps are in verify.json" in text
    assert "970 more places are in verify.json" in text
    assert len(text) < 3_000_000


def test_page_without_foreign_markup() -> None:
    """No name becomes markup of the page, and the page runs and loads nothing."""
    plain, hostile = page(verification()), page(verification(NASTY))
    assert set(re.findall(r"<[a-z]+", plain)) == set(re.findall(r"<[a-z]+", hostile))
    assert "default-src 'none'" in plain
    assert not re.search(r"<(script|link|img|iframe)\b|<[^<>]*\bsrc=|@import|url\(", hostile)
