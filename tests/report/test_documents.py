"""The report's documents: their content, their shape, and that no name can spoil them."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from decompose.domain.analysis import Analysis
from decompose.report import documents, with_excerpts
from decompose.report.graph import Graph
from decompose.report.shapes import Decomposition
from report.hostile import NASTY, hostile
from report.large import large
from report.store import store

GOLDEN = Path(__file__).parent / "golden"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMAS = {"decomposition": Decomposition, "graph": Graph}


def made(analysis: Analysis) -> dict[str, bytes]:
    """The documents by name."""
    return {document.path: document.content for document in documents(analysis)}


def schema(name: str) -> dict[str, object]:
    """The JSON Schema of a document, from the types that write it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{name}.json",
        **msgspec.json.schema(SCHEMAS[name]),
    }


def check_golden(path: Path, content: bytes) -> None:
    """Compare with the kept file; `UPDATE_GOLDEN=1` keeps the new content instead."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert path.read_bytes() == content, f"{path.name} changed; UPDATE_GOLDEN=1 accepts it"


@pytest.mark.parametrize("name", ["decomposition.json", "graph.json", "report.md", "report.sarif"])
def test_golden(name: str) -> None:
    """The store gives the documents that are kept beside the tests, byte for byte."""
    check_golden(GOLDEN / name, made(store())[name])


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schema_is_current(name: str) -> None:
    """The published schema is the one that the types have."""
    text = json.dumps(schema(name), indent=2) + "\n"
    check_golden(REFERENCE / f"{name}.schema.json", text.encode())


@pytest.mark.parametrize("analysis", [store(), hostile(), large(modules=60)])
@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schema_holds(name: str, analysis: Analysis) -> None:
    """Documents follow their published schema, whatever the names in them."""
    published = json.loads((REFERENCE / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(json.loads(made(analysis)[f"{name}.json"]))


def test_same_bytes() -> None:
    """The same analysis gives the same bytes."""
    assert made(store()) == made(store())


def test_chunks() -> None:
    """A document is given in pieces, again and again."""
    (graph,) = (d for d in documents(store()) if d.path == "graph.json")
    assert list(graph.chunks()) == list(graph.chunks())
    assert len(list(graph.chunks())) > 3


def test_json_keeps_names() -> None:
    """Names survive in JSON as they are."""
    found = json.loads(made(hostile())["decomposition.json"])
    assert found["services"][0]["name"] == "accounts" + NASTY
    assert json.loads(made(hostile())["graph.json"])["root"] == "store" + NASTY


def test_page_without_foreign_markup() -> None:
    """No name becomes markup of the page."""
    page = made(hostile())["index.html"].decode()
    opened = len(re.findall(r"<script\b", made(store())["index.html"].decode()))
    assert len(re.findall(r"<script\b", page)) == opened
    assert "<img" not in page
    assert "{{ 7*7 }}" in page  # as text: templates are not rendered twice


def test_page_data() -> None:
    """The data in the page can not end the script element that holds it."""
    page = made(hostile())["index.html"].decode()
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(data)
    assert json.loads(data)["name"] == "store" + NASTY


def test_page_is_self_contained() -> None:
    """The page asks for nothing from outside."""
    page = made(store())["index.html"].decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<(link|img|iframe)\b|\bsrc=|@import|url\(", page.partition("<script")[0])


def test_markdown() -> None:
    """Hostile names stay on their line of the Markdown and within their cell."""
    text = made(hostile())["report.md"].decode()
    assert text.count("\n") == made(store())["report.md"].decode().count("\n")
    assert "<script" not in text
    assert not re.search(r"(?<!\\)`(?!``)", text.replace("```", ""))
    assert "\x1b" not in text


def test_mermaid() -> None:
    """Labels of the diagram hold nothing but letters and codes."""
    diagram = made(hostile())["report.md"].decode().partition("```mermaid")[2].partition("```")[0]
    for label in re.findall(r'\["(.*)"\]', diagram):
        assert re.fullmatch(r"[\w ,/·.%()#;<>-]*", label)
        assert '"' not in label
    assert diagram.count("\n") == store_diagram().count("\n")


def store_diagram() -> str:
    """The diagram of the store as it should be."""
    return made(store())["report.md"].decode().partition("```mermaid")[2].partition("```")[0]


def test_sarif_results() -> None:
    """Results point at their rules and at lines."""
    log = json.loads(made(store())["report.sarif"])
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    levels = [result["level"] for result in run["results"]]
    assert levels == ["warning", "note", "note", "warning", "warning"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] > 0


def test_sarif_structure() -> None:
    """The log has the structure that the standard asks for."""
    Draft202012Validator(_SARIF).validate(json.loads(made(hostile())["report.sarif"]))


def test_excerpts() -> None:
    """An excerpt holds the two lines before and after the seam."""
    lines = [f"line {n}\n" for n in range(1, 50)]
    seams = with_excerpts(store().seams, lambda path: lines if "views" in path else ())
    assert seams[0].excerpt == ("line 40", "line 41", "line 42", "line 43", "line 44")
    assert seams[2].excerpt == ()


def test_no_unicode() -> None:
    """File names that are no Unicode are spelled out; every document stays UTF-8."""
    analysis = store()
    spoiled = replace(analysis, model=replace(analysis.model, root_name="store\udcff"))
    for content in made(spoiled).values():
        assert content.decode("utf-8")


_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
    "properties": {
        "message": _TEXT,
        "level": {"enum": ["none", "note", "warning", "error"]},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "locations": {
            "type": "array",
            "items": {
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "required": ["artifactLocation"],
                        "properties": {
                            "artifactLocation": {
                                "properties": {
                                    "uri": {"type": "string", "pattern": r"^[\w./%~-]+$"}
                                }
                            },
                            "region": {"properties": {"startLine": {"minimum": 1}}},
                        },
                    }
                },
            },
        },
    },
}
_SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": _RESULT},
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {"shortDescription": _TEXT},
                                        },
                                    }
                                },
                            }
                        },
                    },
                },
            }
        },
    },
}
