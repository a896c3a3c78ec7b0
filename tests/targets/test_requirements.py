"""What services install: the monolith's pins beside the kit's ranges."""

from __future__ import annotations

import re

from decompose.domain.finding import Location
from decompose.domain.requirement import Requirement, RequirementKind
from decompose.targets.requirements import (
    check,
    constraints_file,
    installed,
    kit_requirements,
    left_out,
    requirements_file,
)

RUNTIME, DEVELOPMENT, LOCKED = RequirementKind


def _requirement(line: str, kind: RequirementKind = RUNTIME, name: str = "") -> Requirement:
    path = {RUNTIME: "requirements.txt", DEVELOPMENT: "dev.txt", LOCKED: "poetry.lock"}[kind]
    return Requirement(name=name or re.split("[=>]", line)[0], line=line, path=path, kind=kind)


def test_a_service_installs_what_it_imports_with_the_monoliths_pins() -> None:
    """What only others import is left out, and what no code imports stays."""
    asked = [
        _requirement("flask==2.0.1"),
        _requirement("pyyaml==6.0"),
        _requirement("pillow==9.0.0"),
        _requirement("psycopg2==2.9"),
        _requirement("pytest==7", DEVELOPMENT),
    ]
    needed = installed(asked, {"flask", "yaml"}, {"flask", "yaml", "PIL"})
    assert needed.imported == ("flask==2.0.1", "pyyaml==6.0")
    assert needed.silent == ("psycopg2==2.9",)
    assert not any(line.startswith("flask") for line in needed.runtime)
    assert len(needed.runtime) == len(kit_requirements()) - 1


def test_a_runtime_pin_goes_before_a_range_and_before_development() -> None:
    """Of several requirements of one package, one is installed."""
    asked = [
        _requirement("flask>=1"),
        _requirement("flask==2.0.1"),
        _requirement("flask==3.0.0", DEVELOPMENT),
    ]
    assert installed(asked, {"flask"}, {"flask"}).imported == ("flask==2.0.1",)


def test_constraints_hold_every_version_that_the_monolith_names() -> None:
    """Lock files count where no requirements file says otherwise; extras don't stand here."""
    asked = [
        _requirement("flask[async]==2.0.1", name="flask"),
        _requirement("flask==2.0.9", LOCKED),
        _requirement("werkzeug==2.0.3", LOCKED),
        _requirement("redis>=4"),
        _requirement("boto3==1.*"),
    ]
    assert constraints_file(asked) == "flask==2.0.1\nwerkzeug==2.0.3\n"


def test_the_file_says_why_each_package_is_there() -> None:
    """Packages stand below the reason, pins are a file of constraints."""
    needed = installed([_requirement("flask==2.0.1")], {"flask"}, {"flask"})
    text = requirements_file(needed, "../../constraints.txt")
    assert text.startswith("-c ../../constraints.txt\n\n# What the code imports:\nflask==2.0.1\n")
    assert "no code imports" not in text


def test_a_pin_below_what_the_runtime_needs_is_a_conflict_by_name() -> None:
    """The finding names both versions, and the file with the pin."""
    (found,) = check([_requirement("urllib3==1.24.3")], {})
    assert (found.code, found.severity.value) == ("requirement-conflict", "error")
    assert found.message == (
        "the services' runtime needs urllib3>=1.26, and the monolith pins urllib3==1.24.3"
    )
    assert str(found.location) == "requirements.txt"


def test_an_import_without_a_requirement_is_told_with_its_place() -> None:
    """What a named package always brings along is no surprise."""
    place = Location(path="shop/pdf.py", line=3)
    imports = {"flask": place, "werkzeug": place, "reportlab": place}
    (found,) = check([_requirement("flask==2.0.1")], imports)
    assert (found.code, found.location) == ("requirement-missing", place)
    assert "reportlab" in found.message


def test_a_project_without_requirements_is_not_nagged_about_each_import() -> None:
    """Nothing is known, so nothing is missing."""
    assert check([], {"flask": Location(path="app.py", line=1)}) == ()


def test_a_lock_gives_way_where_the_requirements_leave_the_version_open() -> None:
    """That is a warning, and the lock's pin is no constraint; a pin that a person wrote stays."""
    locked = [_requirement("urllib3>=1"), _requirement("urllib3==1.24.3", LOCKED)]
    (found,) = check(locked, {})
    assert (found.code, found.severity.value) == ("requirement-conflict", "warning")
    assert "the monolith locks urllib3==1.24.3" in found.message
    assert constraints_file(locked) == ""
    pinned = [_requirement("urllib3==1.24.3"), _requirement("urllib3==1.24.3", LOCKED)]
    assert [f.severity.value for f in check(pinned, {})] == ["error"]
    assert constraints_file(pinned) == "urllib3==1.24.3\n"


def test_what_comes_with_a_requirement_at_any_distance_is_not_missing() -> None:
    """An extension brings Flask, Flask brings Werkzeug, dateutil brings six."""
    place = Location(path="shop/app.py", line=1)
    asked = [_requirement("flask-login==0.5"), _requirement("pandas==1")]
    assert check(asked, dict.fromkeys(("flask", "werkzeug", "six", "dateutil"), place)) == ()
    assert check([_requirement("unicode-slugify")], {"slugify": place}) == ()


def test_development_packages_that_only_functions_import_are_left_out_with_a_note() -> None:
    """A command that runs the tests needs pytest, and no service runs it."""
    asked = [
        _requirement("pytest==7", DEVELOPMENT),
        _requirement("faker==1", DEVELOPMENT),
        _requirement("coverage==7", DEVELOPMENT),
        _requirement("coverage==7"),
    ]
    out = left_out(asked, {"pytest", "coverage"})
    assert list(out) == ["pytest"]
    assert (out["pytest"].code, out["pytest"].location.path) == ("requirement-left-out", "dev.txt")
