"""A system of Flask services with a database each, behind a gateway."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from decompose.domain.finding import Location
from decompose.domain.generated import Gateway, Generated, GeneratedFile
from decompose.domain.model import SystemModel
from decompose.domain.plan import CutPlan, ServicePlan
from decompose.domain.requirement import Requirement
from decompose.domain.slicing import Slice, Sliced
from decompose.domain.source import Read
from decompose.render import asset, render, tree
from decompose.targets import requirements
from decompose.targets.deploy import deployment
from decompose.targets.plan_document import plan_document
from decompose.targets.readme import service_readme, system_readme
from decompose.targets.routing import routing_table
from decompose.targets.schema import sql_schema
from decompose.targets.service import peers, service_description
from decompose.targets.system import system_description

_COPIED = {"servicekit": "servicekit", "gateway": "gateway", "system/runner": "runner"}
"""Folders of the templates that are copied as they are, and where they go."""

_PLAIN = ("run.py", "migrate.py", "Makefile")
"""Files of the system that are copied as they are."""


def flask_system(
    model: SystemModel,
    plan: CutPlan,
    sliced: Sliced,
    read: Read,
    gateway: Gateway = Gateway.FLASK,
) -> Generated:
    """Every file of the system, sorted by path; slices are in the order of the plan's services.

    `read` gives the text of a file of the monolith. `gateway` stands before the services where
    they are deployed. The same values give the same bytes.
    """
    slices = sliced.slices
    imports = _imported(slices)
    everywhere = sorted(imports)
    eager = {one.name for cut in slices for one in cut.imports if not one.deferred}
    left_out = requirements.left_out(model.requirements, {*everywhere} - eager)
    asked = [r for r in model.requirements if r.name not in left_out]
    checked = requirements.check(model.requirements, imports)
    findings = tuple(sorted([*checked, *left_out.values()]))
    told = {*plan.findings, *findings, *(f for cut in slices for f in cut.findings)}
    found = [*_copied(), *_of_system(asked, plan, slices, everywhere)]
    found.append(_json("plan.json", plan_document(model, plan, sliced, sorted(told))))
    known = peers(model, plan, slices)
    for service, cut in zip(plan.services, slices, strict=True):
        found.extend(_of_service(model, plan, service, cut, known[service.name], read))
        needed = requirements.installed(asked, [one.name for one in cut.imports], everywhere)
        text = requirements.requirements_file(needed, "../../constraints.txt")
        found.append(_text(f"services/{service.name}/requirements.txt", text))
    found.extend(_of_tests(model.requirements, plan, slices))
    texts = deployment(plan, routing_table(plan), known, asked, gateway, _test_paths(slices))
    found.extend(_text(path, text) for path, text in texts)
    return Generated(files=tuple(sorted(found)), findings=findings)


def _imported(slices: Sequence[Slice]) -> dict[str, Location]:
    """Where each third-party module is imported first."""
    places = sorted((one.location, one.name) for cut in slices for one in cut.imports)
    return {name: location for location, name in reversed(places)}


def _copied() -> Iterator[GeneratedFile]:
    for source, target in _COPIED.items():
        for path, content in tree(source):
            yield GeneratedFile(path=f"{target}/{path}", content=content)
    for name in _PLAIN:
        yield _text(name, asset(f"system/{name}"))


def _of_system(
    asked: Sequence[Requirement],
    plan: CutPlan,
    slices: Sequence[Slice],
    everywhere: Sequence[str],
) -> Iterable[GeneratedFile]:
    needed = requirements.installed(asked, everywhere, everywhere)
    yield _text("requirements.txt", requirements.requirements_file(needed, "constraints.txt"))
    yield _text("constraints.txt", requirements.constraints_file(asked))
    yield _json("system.json", system_description(plan))
    yield _json("gateway/routing.json", routing_table(plan))
    yield _text("README.md", system_readme(plan, slices))


def _of_tests(
    asked: Sequence[Requirement], plan: CutPlan, slices: Sequence[Slice]
) -> Iterator[GeneratedFile]:
    """The monolith's own tests in the services that get them, and what runs all tests."""
    lines = requirements.for_tests(asked, [cut.tests for cut in slices])
    yield _text("requirements-tests.txt", requirements.tests_file(lines))
    for service, cut in zip(plan.services, slices, strict=True):
        folder = f"services/{service.name}"
        for file in cut.tests.files:
            yield GeneratedFile(path=f"{folder}/{file.path}", content=file.content)
        if cut.tests.names:
            text = render("system/monolith-tests.ini.j2", paths=cut.tests.collected)
            yield _text(f"{folder}/monolith-tests.ini", text)


def _test_paths(slices: Sequence[Slice]) -> list[str]:
    """The paths of all copied tests, below any service's folder."""
    return sorted({file.path for cut in slices for file in cut.tests.files})


def _of_service(
    model: SystemModel,
    plan: CutPlan,
    service: ServicePlan,
    cut: Slice,
    known: Sequence[str],
    read: Read,
) -> Iterator[GeneratedFile]:
    folder = f"services/{service.name}"
    schema = sql_schema(model, service, read)
    description = service_description(
        model, plan, service, cut, peers=known, has_schema=bool(schema)
    )
    yield _json(f"{folder}/service.json", description)
    if schema:
        yield _text(f"{folder}/schema.sql", schema)
    for path, content in tree("system/service"):
        yield GeneratedFile(path=f"{folder}/{path}", content=content)
    if description["models"]:
        for path, content in tree("system/revisions"):
            yield GeneratedFile(path=f"{folder}/{path}", content=content)
    yield _text(f"{folder}/README.md", service_readme(plan, service, known, len(cut.tests.names)))
    for file in cut.files:
        yield GeneratedFile(path=f"{folder}/{file.path}", content=file.content)


def _json(path: str, value: object) -> GeneratedFile:
    return _text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _text(path: str, text: str) -> GeneratedFile:
    return GeneratedFile(path=path, content=text.encode())
