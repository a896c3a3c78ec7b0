"""The applications that the harness runs, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive of sources, or a wheel, on the package index; the application's folder in it.

    `python` is the version that a wheel is for, if it isn't for all.
    """

    project: str
    version: str
    sha256: str
    folder: str
    wheel: bool = False
    python: str = ""

    @property
    def requirement(self) -> str:
        """The line of a requirements file that names exactly this archive."""
        return f"{self.project}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """How to get, create and exercise one application.

    `archive` is None for the application that this repository holds (`local`). `factory`,
    `arguments`, `keywords` and `statements` are the recipe that `observe_routes` takes. In
    `environment`, `arguments` and `settings`, `{run}` stands for a folder to write to.
    `settings` is written to `{run}/settings.cfg`. `folders` are made in the source folder.
    `tests` are pytest's arguments in the source folder; `drive` is a test file of ours, run
    besides, where the application's own tests send no requests.
    """

    name: str
    archive: Archive | None
    local: str = ""
    factory: str
    arguments: tuple[object, ...] = ()
    keywords: dict[str, object] = field(default_factory=dict)
    statements: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    folders: tuple[str, ...] = ()
    tests: tuple[str, ...]
    drive: str = ""

    @property
    def requirements(self) -> Path:
        """The pinned, hashed requirements of its environment."""
        return HERE / "requirements" / f"{self.name}.txt"


FLASKR = App(
    name="flaskr",
    archive=Archive(
        project="flask",
        version="3.1.3",
        sha256="0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
        folder="examples/tutorial",
    ),
    factory="flaskr:create_app",
    arguments=({"DATABASE": "{run}/flaskr.sqlite"},),
    statements=("flaskr.db:init_db",),
    tests=("tests",),
)

IHATEMONEY = App(
    name="ihatemoney",
    archive=Archive(
        project="ihatemoney",
        version="7.2.1",
        sha256="e74fc718f68e1ec400cf9c4364025a91febb86c9b523aeb33a52e5adbeaa77e1",
        folder="",
    ),
    factory="ihatemoney.run:create_app",
    settings='SQLALCHEMY_DATABASE_URI = "sqlite://"\nSECRET_KEY = "observed"\n',
    environment={"IHATEMONEY_SETTINGS_FILE_PATH": "{run}/settings.cfg"},
    tests=("ihatemoney/tests",),
)

FLASKBB = App(
    name="flaskbb",
    archive=Archive(
        project="FlaskBB",
        version="2.0.2",
        sha256="45d32eb8cbc8fa80cfb26410ecf395a95ef39a52166ec40e626a3ef759b65148",
        folder="",
    ),
    factory="flaskbb:create_app",
    arguments=("@flaskbb.configs.testing:TestingConfig",),
    folders=("logs",),
    tests=("tests",),
    drive="drive_flaskbb.py",
)

SAMPLE = App(
    name="sample",
    archive=None,
    local="sample_monolith",
    factory="shop:create_app",
    tests=("tests",),
)

APPS = (FLASKR, IHATEMONEY, FLASKBB, SAMPLE)
