"""A verification as documents: for programs, continuous integration, and people."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Annotated, Literal
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Meta

from decompose.domain.verification import Difference, Verification
from decompose.report.document import Document
from decompose.report.documents import whole
from decompose.report.encode import encode
from decompose.report.shapes import Count, Names, Place
from decompose.report.verification_page import verification_page

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of the document."""


class Mismatch(_Shape, frozen=True):
    """A place in an answer or a row; null where a side has nothing there."""

    place: str
    expected: Annotated[str | None, Meta(description="What the monolith has.")]
    actual: Annotated[str | None, Meta(description="What the split has.")]


class Suspect(_Shape, frozen=True):
    """A seam that was crossed at this step, as `plan.json` has it."""

    seam: str
    technique: str
    at: Place
    reason: str


class DifferentStep(_Shape, frozen=True):
    """A request whose answer or rows differ."""

    step: Count
    method: str
    target: str
    endpoint: str
    service: str
    mismatches: tuple[Mismatch, ...]
    suspects: tuple[Suspect, ...]


class UnplayableStep(_Shape, frozen=True):
    """A request that the monolith itself can't answer as it did: neither equal nor different."""

    step: Count
    method: str
    target: str
    endpoint: str
    service: str
    supplied: Annotated[
        Names,
        Meta(
            description="What a test had replaced, functions of tests that ran, and what of theirs "
            "was kept."
        ),
    ]
    mismatches: Annotated[
        tuple[Mismatch, ...],
        Meta(description="Here `expected` was recorded, `actual` is what the monolith has now."),
    ]


class Endpoint(_Shape, frozen=True):
    """How often an endpoint was asked, and how often the split did as the monolith, or did not."""

    service: str
    endpoint: str
    requests: Count
    equal: Count
    different: Count


class Unsteady(_Shape, frozen=True):
    """A place at which two runs of the monolith differ; it is compared by shape."""

    endpoint: str
    place: str
    one: str
    other: str


class Notice(_Shape, frozen=True):
    """Something to know before trusting the numbers."""

    code: str
    message: str
    hint: str


class VerifyDocument(_Shape, frozen=True):
    """`verify.json`."""

    version: Literal[1]
    system: str
    clients: Annotated[
        int,
        Meta(ge=1, description="Clients at once; with several, final rows and failures count."),
    ]
    requests: Count
    equal: Count
    rows: Annotated[Count, Meta(description="Rows compared, over all steps.")]
    endpoints: tuple[Endpoint, ...]
    differences: tuple[DifferentStep, ...]
    unplayable: tuple[UnplayableStep, ...]
    unsteady: tuple[Unsteady, ...]
    drifted: Annotated[
        tuple[int, ...], Meta(description="Steps at which the monolith does otherwise by now.")
    ]
    late: Annotated[
        tuple[int, ...], Meta(description="Steps asked again, since an owner was slow at first.")
    ]
    untouched: Annotated[Names, Meta(description="Endpoints that no step asked for.")]
    findings: tuple[Notice, ...]


def verification_documents(found: Verification) -> tuple[Document, ...]:
    """The files of a verification."""
    return (
        whole("verify.json", lambda: encode(_document(found), indent=2)),
        whole("verify.xml", lambda: _junit(found)),
        whole("index.html", lambda: verification_page(found).encode()),
    )


def _document(found: Verification) -> VerifyDocument:
    return VerifyDocument(
        version=1,
        system=found.system,
        clients=found.clients,
        requests=found.requests,
        equal=found.equal,
        rows=found.rows,
        endpoints=msgspec.convert(found.endpoints, tuple[Endpoint, ...], from_attributes=True),
        differences=tuple(map(_different, found.differences)),
        unplayable=msgspec.convert(
            found.unplayable, tuple[UnplayableStep, ...], from_attributes=True
        ),
        unsteady=msgspec.convert(found.unsteady, tuple[Unsteady, ...], from_attributes=True),
        drifted=found.drifted,
        late=found.late,
        untouched=found.untouched,
        findings=msgspec.convert(found.findings, tuple[Notice, ...], from_attributes=True),
    )


def _different(found: Difference) -> DifferentStep:
    return DifferentStep(
        step=found.step,
        method=found.method,
        target=found.target,
        endpoint=found.endpoint,
        service=found.service,
        mismatches=msgspec.convert(found.mismatches, tuple[Mismatch, ...], from_attributes=True),
        suspects=tuple(
            Suspect(
                seam=suspect.seam,
                technique=suspect.technique,
                at=Place(path=suspect.location.path, line=suspect.location.line),
                reason=suspect.reason,
            )
            for suspect in found.suspects
        ),
    )


def _junit(found: Verification) -> bytes:
    """A test case for each endpoint; one of which nothing was shown is skipped, not passed."""
    failures = defaultdict(list)
    for difference in found.differences:
        failures[difference.service, difference.endpoint].append(difference)
    unplayable = [result for result in found.endpoints if not result.equal + result.different]
    suite = ET.Element(
        "testsuite",
        name=_xml(f"decompose verify {found.system}"),
        tests=str(len(found.endpoints) + len(found.untouched)),
        failures=str(len(failures)),
        skipped=str(len(found.untouched) + len(unplayable)),
    )
    for result in found.endpoints:
        case = _case(suite, result.service, result.endpoint)
        for difference in failures[result.service, result.endpoint]:
            message = f"step {difference.step}: {difference.method} {difference.target}"
            failure = ET.SubElement(case, "failure", message=_xml(message))
            failure.text = _xml(_told(difference))
        if result in unplayable:
            _skip(case, "no step of the tape can be played without what its test supplied")
    for endpoint in found.untouched:
        _skip(_case(suite, "", endpoint), "no request asked for it")
    ET.indent(suite)
    written: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ET.Element, service: str, endpoint: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=_xml(service), name=_xml(endpoint))


def _skip(case: ET.Element, why: str) -> None:
    ET.SubElement(case, "skipped", message=why)


def _told(difference: Difference) -> str:
    return "\n".join(
        f"{m.place}: expected {m.expected}, got {m.actual}" for m in difference.mismatches
    )


def _xml(text: str) -> str:
    """Text without the characters that XML can't hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
