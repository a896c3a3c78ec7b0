"""What is measured on: pinned archives of the package index, unpacked when a measurement runs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from real.apps import FLASKBB, Archive
from real.workspace import unpack, work_folder

UV = Path(__file__).parents[3] / ".cache/uv/bin/python"
DJANGO = Archive(
    project="django",
    version="5.1.4",
    sha256="de450c09e91879fa5a307f696e57c851955c910a438a35e6b4c895e86bedc82a",
    folder="",
)
AIRFLOW = Archive(
    project="apache-airflow",
    version="2.10.4",
    sha256="10ebf8b95c59ba229f06235665e92cc684577861cfd1e96bdbe3d3eb7cb5779a",
    folder="",
)
SUPERSET = Archive(
    project="apache-superset",
    version="5.0.0",
    sha256="f9f8e98d2c39f333282c43d46bbc7a6d9099168adfb4275f33af1da45ea0449b",
    folder="",
)
CKAN = Archive(
    project="ckan",
    version="2.12.0",
    sha256="108765eb4396dfc2506b0b9ce6d09c2f356c87e4116dcab3fa076bfd96f2b876",
    folder="",
)
INDICO = Archive(
    project="indico",
    version="3.2.9",
    sha256="194d2e31ccaabd2b9af7809e67d60d942faee35a6b4de36f0c2c280a32ed84c3",
    folder="",
    wheel=True,
)
SENTRY = Archive(
    project="sentry",
    version="23.7.1",
    sha256="fc3c91702b7c203d06a36f8506f85f4ff67685115fe050e4baf000d785ac0a00",
    folder="",
    wheel=True,
    python="3.8",
)
JOINED = (DJANGO, AIRFLOW, SUPERSET, CKAN, INDICO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A source tree; `package` is the folder that tools which follow imports are pointed at."""

    name: str
    root: Path
    package: str

    def sources(self) -> list[Path]:
        """Its Python files."""
        return sorted(path for path in self.root.rglob("*.py") if path.is_file())


def django() -> Input:
    """The package itself, without its tests."""
    return Input(name="django", root=_fetch(DJANGO) / "django", package="django")


def flaskbb() -> Input:
    """A Flask application of some ten thousand lines."""
    return Input(name="flaskbb", root=_fetch(FLASKBB.archive) / "flaskbb", package="flaskbb")


def superset() -> Input:
    """A Flask monolith above a hundred thousand lines."""
    return Input(name="superset", root=_fetch(SUPERSET) / "superset", package="superset")


def sentry() -> Input:
    """A web monolith above three hundred thousand lines."""
    return Input(name="sentry", root=_fetch(SENTRY), package="sentry")


def joined() -> Input:
    """Django with its tests and four Flask applications side by side: a million lines."""
    root = work_folder() / "speed" / "joined"
    for archive in JOINED:
        target = root / archive.project
        if not target.exists():
            shutil.copytree(_fetch(archive), target)
    return Input(name="joined", root=root, package="")


def _fetch(archive: Archive | None) -> Path:
    assert archive is not None
    return unpack(archive, UV, work_folder() / "speed" / "source" / archive.project)
