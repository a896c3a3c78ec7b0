"""`report.sarif`: seams and findings for code scanning, as SARIF 2.1.0."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from decompose import __version__
from decompose.domain.analysis import Analysis, Automation, Seam, SeamKind
from decompose.domain.finding import Finding, Location
from decompose.report.survey import Survey, survey

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {
    Automation.REFUSED: "error",
    Automation.FORWARDED: "warning",
    Automation.AUTOMATIC: "note",
}
_SEAM_RULES = {
    SeamKind.COPY: "Code that two services need is copied into both",
    SeamKind.READ: "A service reads another service's table",
    SeamKind.COMMAND: "A service calls code that writes another service's tables",
    SeamKind.FORWARDED_WRITE: "A service writes another service's table directly",
    SeamKind.SAGA: "One transaction writes the tables of several services",
    SeamKind.FOREIGN_KEY: "A foreign key points at another service's table",
    SeamKind.URL: "A URL is built for another service's endpoint",
    SeamKind.TEMPLATE: "A template uses another service's template",
    SeamKind.SIGNAL: "A signal is received in another service",
    SeamKind.TASK: "A task runs in another service",
    SeamKind.STATE: "State in memory or on disk is shared between services",
    SeamKind.DYNAMIC: "Code is found by name at run time across services",
}


class _Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Base of all parts of the log."""


class Text(_Part, frozen=True):
    """A message."""

    text: str


class Artifact(_Part, frozen=True):
    """A file, as a URI relative to the analysed root."""

    uri: str
    uri_base_id: str


class Region(_Part, frozen=True):
    """A line."""

    start_line: int


class Physical(_Part, frozen=True):
    """A place in a file."""

    artifact_location: Artifact
    region: Region | None = None


class Place(_Part, frozen=True):
    """A location."""

    physical_location: Physical


class Rule(_Part, frozen=True):
    """What a result is an instance of."""

    id: str
    short_description: Text


class Result(_Part, frozen=True):
    """A seam or a finding."""

    rule_id: str
    rule_index: int
    level: str
    message: Text
    locations: tuple[Place, ...]
    partial_fingerprints: dict[str, str] = {}


class Driver(_Part, frozen=True):
    """This tool."""

    name: str
    version: str
    rules: tuple[Rule, ...]


class Tool(_Part, frozen=True):
    """What made the run."""

    driver: Driver


class Base(_Part, frozen=True):
    """What relative URIs start from."""

    description: Text


class Run(_Part, frozen=True):
    """One analysis."""

    tool: Tool
    results: tuple[Result, ...]
    original_uri_base_ids: dict[str, Base]
    column_kind: str


class Log(_Part, frozen=True):
    """The whole document."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: tuple[Run, ...]


def sarif(analysis: Analysis) -> Log:
    """The document, as a value."""
    rules = _rules(analysis)
    index = {rule.id: position for position, rule in enumerate(rules)}
    seen = survey(analysis)
    run = Run(
        tool=Tool(driver=Driver(name="decompose", version=__version__, rules=rules)),
        results=(
            *(_seam(seam, index, seen) for seam in analysis.seams),
            *(_finding(finding, index) for finding in analysis.findings),
        ),
        original_uri_base_ids={
            "ROOT": Base(description=Text(text="The folder that was analysed."))
        },
        column_kind="unicodeCodePoints",
    )
    return Log(schema=_SCHEMA, version="2.1.0", runs=(run,))


def _rules(analysis: Analysis) -> tuple[Rule, ...]:
    used = {seam.kind for seam in analysis.seams}
    seams = (_rule(f"seam/{kind}", _SEAM_RULES[kind]) for kind in SeamKind if kind in used)
    codes = sorted({finding.code for finding in analysis.findings})
    return (*seams, *(_rule(code, code.replace("-", " ").capitalize()) for code in codes))


def _rule(identifier: str, description: str) -> Rule:
    return Rule(id=identifier, short_description=Text(text=description))


def _seam(seam: Seam, index: dict[str, int], seen: Survey) -> Result:
    rule = f"seam/{seam.kind}"
    return Result(
        rule_id=rule,
        rule_index=index[rule],
        level=_LEVELS[seam.automation],
        message=Text(text=_sentence(seam, seen)),
        locations=(_place(seam.location),),
        partial_fingerprints={"seam/v1": seam.id},
    )


def _sentence(seam: Seam, seen: Survey) -> str:
    crossing = f"{seam.source} in {seen.name(seam.from_service)} needs {seam.target} in "
    return _sentences(f"{crossing}{seen.name(seam.to_service)}", seam.technique, *seam.flags)


def _sentences(*texts: str) -> str:
    return " ".join(text.rstrip(". ") + "." for text in texts if text)


def _finding(finding: Finding, index: dict[str, int]) -> Result:
    return Result(
        rule_id=finding.code,
        rule_index=index[finding.code],
        level=finding.severity.value,
        message=Text(text=_sentences(finding.message, finding.hint)),
        locations=(_place(finding.location),),
    )


def _place(location: Location) -> Place:
    uri = quote(location.path.encode("utf-8", "surrogateescape"))
    region = Region(start_line=location.line) if location.line else None
    physical = Physical(artifact_location=Artifact(uri=uri, uri_base_id="ROOT"), region=region)
    return Place(physical_location=physical)
