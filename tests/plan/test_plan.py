"""From an analysis to a cut plan, on a small application whose services are pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from decompose.domain.analysis import Analysis
from decompose.domain.finding import Finding
from decompose.domain.plan import CutPlan, ForeignTable, ServicePlan, SettingStyle, Technique
from decompose.errors import UserError
from decompose.pipeline import Options, analyze
from decompose.plan import make_plan, without_idle
from decompose.wiring.built_in import built_in
from fakes.parts import write_tree
from models import SilentProgress

APP = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

def create_app(config=None):
    app = Flask(__name__)
    db.init_app(app)
    from shop.users import users
    from shop.orders import orders
    app.register_blueprint(users)
    app.register_blueprint(orders)
    app.before_request(touch)
    return app

def touch():
    pass
"""
USERS = """
import click
from flask import Blueprint
from shop import db

users = Blueprint("users", __name__, url_prefix="/users")

class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    orders = db.Column(db.Integer)

@users.route("/<int:id>")
def show(id):
    return str(User.query.get(id))

@users.route("/", methods=["POST"])
def add():
    db.session.add(User())
    db.session.commit()
    return ""

@users.cli.command("purge")
def purge():
    User.query.delete()
    db.session.commit()
"""
ORDERS = """
from flask import Blueprint
from shop import db
from shop.users import User

orders = Blueprint("orders", __name__, url_prefix="/orders")

class Order(db.Model):
    __tablename__ = "orders"
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("users.id"))

@orders.route("/<int:id>")
def show(id):
    return str(Order.query.get(id))

@orders.route("/", methods=["POST"])
def place():
    user = User.query.get(1)
    user.orders = user.orders + 1
    db.session.add(Order(user_id=user.id))
    db.session.commit()
    return ""
"""
BOUNDARY = """
[pins]
"shop.users.*" = "accounts"
"shop.orders.*" = "Ord/ers"

[owners]
users = "accounts"
"""


class Progress(SilentProgress):
    """Also hears no notes."""

    def note(self, finding: Finding) -> None:
        """Something about the run."""


def analysed(root: Path, files: dict[str, str | bytes]) -> Analysis:
    write_tree(root, files)
    return analyze(root, built_in().toolkit, Options(), Progress())


def planned(root: Path, **more: str) -> CutPlan:
    files: dict[str, str | bytes] = {
        "shop/__init__.py": APP,
        "shop/users.py": USERS,
        "shop/orders.py": ORDERS,
        "decompose.toml": BOUNDARY,
    }
    files |= {name.replace("__", "/") + ".py": text for name, text in more.items()}
    return make_plan(analysed(root, files), lambda path: (root / path).read_text())


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> CutPlan:
    return planned(tmp_path_factory.mktemp("monolith"))


def service(plan: CutPlan, name: str) -> ServicePlan:
    return next(s for s in plan.services if s.name == name)


def test_every_table_has_one_service(plan: CutPlan) -> None:
    """Tables are owned as the boundary file says."""
    assert {s.name: s.tables for s in plan.services} == {
        "accounts": ("users",),
        "ord-ers": ("orders",),
    }


def test_a_table_of_an_old_migration_has_no_service(tmp_path: Path) -> None:
    """What only a migration's SQL names is of the past: no service has to make it."""
    old = "from alembic import op\nop.execute('insert into ancestors (id) values (1)')\n"
    found = planned(tmp_path, migrations__old=old)
    assert {t for s in found.services for t in s.tables} == {"users", "orders"}


def test_names_of_services_are_safe_as_names_of_folders(plan: CutPlan) -> None:
    """Whatever a person calls a service, its folder has a plain name."""
    assert sorted(s.name for s in plan.services) == ["accounts", "ord-ers"]


def test_a_foreign_table_that_is_written_is_copied_and_its_writes_are_forwarded(
    plan: CutPlan,
) -> None:
    """The plan names the copy, its owner, and who takes part in the commit."""
    orders = service(plan, "ord-ers")
    assert orders.foreign == (
        ForeignTable(table="users", owner=service(plan, "accounts").id, written=True),
    )
    place = next(e for e in orders.endpoints if e.name == "orders.place")
    assert place.forwards == ("users",)
    assert len(place.owners) == len(plan.services)


def test_hooks_of_the_whole_application_run_in_every_service(plan: CutPlan) -> None:
    """What runs around every request runs everywhere."""
    assert all("shop.touch" in s.handlers for s in plan.services)


def test_a_receiver_of_a_librarys_signal_runs_in_every_service(tmp_path: Path) -> None:
    """Who sends the signal of an extension is in no code of ours, so all services listen."""
    needs = "from flask_principal import identity_loaded\n\n"
    needs += "@identity_loaded.connect\ndef add(sender, identity):\n    pass\n"
    found = planned(tmp_path, shop__needs=needs)
    assert all("shop.needs.add" in s.handlers for s in found.services)


def test_views_of_others_are_excluded(plan: CutPlan) -> None:
    """A service has its own handlers, and none that is excluded."""
    orders = service(plan, "ord-ers")
    assert "shop.users.show" in orders.excluded
    assert "shop.orders.show" in orders.handlers
    assert not set(orders.handlers) & set(orders.excluded)


def test_a_command_runs_in_the_service_that_owns_what_it_writes(plan: CutPlan) -> None:
    """A command is in one service only."""
    assert service(plan, "accounts").commands == ("shop.users.purge",)
    assert "shop.users.purge" in service(plan, "ord-ers").excluded


def test_a_task_needs_a_worker_that_a_person_starts(tmp_path: Path) -> None:
    """The plan says where it runs, and that nothing starts it."""
    task = "from celery import Celery\nfrom shop.users import User\nworker = Celery()\n"
    task += "@worker.task\ndef tidy():\n    User.query.delete()\n"
    found = planned(tmp_path, shop__tasks=task)
    (finding,) = [f for f in found.findings if f.code == "worker-not-started"]
    assert str(finding.location) == "shop/tasks.py:4"
    assert finding.message == "shop.tasks.tidy runs in a worker of accounts"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from flask_smorest import Api\napi = Api()\n", "OPENAPI_URL_PREFIX (flask_smorest.Api)"),
        (
            "from flask_restx import Api\nfrom shop.users import users\napi = Api(users)\n",
            "/users/swagger.json",
        ),
        (
            (
                "from apispec import APISpec\nfrom shop.users import users\nspec = APISpec()\n"
                '@users.route("/openapi.json")\ndef document():\n    return spec.to_dict()\n'
            ),
            "/users/openapi.json",
        ),
    ],
)
def test_a_document_of_the_whole_application_is_announced(
    tmp_path: Path, code: str, said: str
) -> None:
    """Each service describes its own endpoints, so the plan names the route, file and line."""
    found = planned(tmp_path, shop__documents=code)
    (told,) = [f for f in found.findings if f.code == "whole-application-document"]
    assert told.message.startswith(f"{said} describes the whole application")
    assert (told.location.path, told.location.line > 1) == ("shop/documents.py", True)


def test_every_rule_has_its_service(plan: CutPlan) -> None:
    """Routes of both blueprints go where their views are."""
    owner = {(r.rule, r.methods): r.endpoint.split(".")[0] for r in plan.routes}
    answering = {s.id: s.name for s in plan.services}
    names = {r.endpoint.split(".")[0]: answering[r.service] for r in plan.routes}
    assert names["users"] == "accounts"
    assert names["orders"] == "ord-ers"
    assert ("/orders/", ("POST",)) in owner


def test_static_files_of_a_blueprint_go_with_its_endpoints(tmp_path: Path) -> None:
    here = '__name__, static_folder="static"'
    texts = {"shop__users": USERS, "shop__orders": ORDERS}
    found = planned(tmp_path, **{n: t.replace("__name__", here, 1) for n, t in texts.items()})
    home = {route.endpoint: route.service for route in found.routes}
    assert home["users.static"] == home["users.show"]
    assert home["orders.static"] == home["orders.show"]
    assert all(found.serves_files(one) for one in found.services)


def test_a_factory_is_found_where_no_module_makes_the_object(plan: CutPlan) -> None:
    """A factory without arguments will do."""
    assert plan.application.target == "shop:create_app"
    assert plan.application.factory


def test_an_object_in_an_entry_module_comes_first(tmp_path: Path) -> None:
    """A finished object in `wsgi` goes before the factory."""
    found = planned(tmp_path, wsgi="from shop import create_app\n\napplication = create_app()\n")
    assert (found.application.target, found.application.factory) == ("wsgi:application", False)


def test_an_object_made_for_what_stands_beside_it_comes_last(tmp_path: Path) -> None:
    """Where a module that others import makes an application for its tasks, a server has none."""
    worker = "from shop import create_app\n\nworking = create_app()\n"
    found = planned(
        tmp_path,
        shop__worker=worker,
        shop__jobs="from shop.worker import working\n\nprint(working)\n",
    )
    assert found.application.target == "shop:create_app"


def test_a_test_is_no_entry_module(tmp_path: Path) -> None:
    """What tests make is not what a server would be given."""
    found = planned(tmp_path, tests__test_x="from shop import create_app\n\napp = create_app()\n")
    assert found.application.target == "shop:create_app"


def test_the_boundary_file_may_name_the_application(tmp_path: Path) -> None:
    """What a person names goes before what is found."""
    write_tree(tmp_path, {"start.py": "from shop import create_app\nmine = create_app()\n"})
    boundary = 'application = "start:mine"\n' + BOUNDARY
    files: dict[str, str | bytes] = {
        "shop/__init__.py": APP,
        "shop/users.py": USERS,
        "shop/orders.py": ORDERS,
        "decompose.toml": boundary,
    }
    found = make_plan(analysed(tmp_path, files), lambda path: (tmp_path / path).read_text())
    assert found.application.target == "start:mine"


def test_flask_sqlalchemy_has_a_key_of_its_own(plan: CutPlan) -> None:
    """The extension's setting needs no naming."""
    assert (plan.database.key, plan.database.style) == (
        "SQLALCHEMY_DATABASE_URI",
        SettingStyle.URL,
    )


def test_every_seam_has_a_decision_with_its_place(plan: CutPlan) -> None:
    """Each has a technique, a reason and a line of the monolith."""
    assert plan.decisions
    assert all(d.location.path and d.reason for d in plan.decisions)
    assert Technique.FORWARD in {d.technique for d in plan.decisions}


def test_a_service_that_nothing_runs_in_is_merged(tmp_path: Path) -> None:
    """Tables without an endpoint, command or task go to whoever uses them; a note tells."""
    audit = """
from shop import db

class Entry(db.Model):
    __tablename__ = "entries"
    id = db.Column(db.Integer, primary_key=True)
"""
    orders = ORDERS.replace("def place():", "def place():\n    db.session.add(Entry())")
    orders = orders.replace("from shop.users", "from shop.audit import Entry\nfrom shop.users")
    owners = '"shop.audit.*" = "audit"\n\n[owners]\nentries = "audit"'
    files: dict[str, str | bytes] = {
        "shop/__init__.py": APP,
        "shop/users.py": USERS,
        "shop/orders.py": orders,
        "shop/audit.py": audit,
        "decompose.toml": BOUNDARY.replace("\n[owners]", owners),
    }
    analysis, (note,) = without_idle(analysed(tmp_path, files))
    plan = make_plan(analysis, lambda path: (tmp_path / path).read_text(), [note])
    assert {s.name: s.tables for s in plan.services} == {
        "accounts": ("users",),
        "ord-ers": ("entries", "orders"),
    }
    assert (note.code, note in plan.findings) == ("service-merged", True)
    assert str(note.location) == "shop/audit.py:4"
    assert "it becomes a part of ord-ers" in note.message


def test_one_service_is_told_to_be_no_split(tmp_path: Path) -> None:
    """The verdict and the way to more services are said, but not to who asked for one."""
    alone = "\n".join(line for line in APP.splitlines() if "orders" not in line)
    files: dict[str, str | bytes] = {"shop/__init__.py": alone, "shop/users.py": USERS}
    found = make_plan(analysed(tmp_path, files), lambda path: (tmp_path / path).read_text())
    (told,) = [f for f in found.findings if f.code == "kept-one"]
    assert "Keep it one deployable" in told.message
    assert "--services N" in told.hint
    asked = files | {"decompose.toml": "services = 1\n"}
    found = make_plan(analysed(tmp_path, asked), lambda path: (tmp_path / path).read_text())
    assert "kept-one" not in {f.code for f in found.findings}


def test_code_without_endpoints_has_nothing_to_split(tmp_path: Path) -> None:
    """That is told, and nothing is planned."""
    analysis = analysed(tmp_path, {"tool.py": "print(1)\n"})
    with pytest.raises(UserError, match="no endpoint"):
        make_plan(analysis, lambda path: (tmp_path / path).read_text())


def test_a_class_of_its_own_of_flask_sqlalchemy_has_the_same_key(tmp_path: Path) -> None:
    """An application that extends Flask-SQLAlchemy keeps its database under the same key."""
    own = "class Own(SQLAlchemy):\n    def __init__(self):\n        super().__init__()\n"
    app = APP.replace("db = SQLAlchemy()", f"{own}\ndb = Own()")
    files: dict[str, str | bytes] = {"shop/__init__.py": app, "shop/users.py": USERS,
                                     "shop/orders.py": ORDERS}  # fmt: skip
    plan = make_plan(analysed(tmp_path, files), lambda path: (tmp_path / path).read_text())
    assert plan.database.key == "SQLALCHEMY_DATABASE_URI"


def test_a_database_that_nothing_names_is_asked_for(tmp_path: Path) -> None:
    """The message says what to write into the boundary file."""
    files: dict[str, str | bytes] = {
        "app.py": "from flask import Flask\napp = Flask(__name__)\n"
        "@app.route('/')\ndef home():\n    return ''\n"
    }
    analysis = analysed(tmp_path, files)
    with pytest.raises(UserError, match="which setting names the database") as caught:
        make_plan(analysis, lambda path: (tmp_path / path).read_text())
    assert "decompose.toml" in caught.value.hint
