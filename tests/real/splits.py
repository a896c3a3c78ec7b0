"""The splits that the harness makes of applications, as data."""

from __future__ import annotations

from dataclasses import dataclass

from .apps import FLASKR, IHATEMONEY, App


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How to split an application, serve it whole, and compare.

    `options` are those of `decompose scaffold`, `boundary` is the text of a `decompose.toml`.
    `target` is what gunicorn serves of the monolith, `prepare` are arguments for its interpreter
    that make its database. `volatile` are expressions for what differs between any two runs.
    `environment` and `settings` are as in `App`, with `{data}` for the folder of this run's data.
    """

    app: App
    name: str
    options: tuple[str, ...] = ()
    boundary: str = ""
    target: str
    prepare: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    settings: str = ""
    volatile: tuple[str, ...] = ()


_ADMIN = (
    "pbkdf2:sha256:1000$7QPUIaRUjxz0qE3x$"
    "9dab4602944bfe22c478e585a53b2837a8cd079f9006ab1c3b1d98ab56d48a77"
)
"""The hash of the password that the journey uses."""

_MONEY_SETTINGS = """\
SQLALCHEMY_DATABASE_URI = "sqlite:///{data}/money.db"
SECRET_KEY = "compared"
SESSION_COOKIE_SECURE = False
MAIL_SUPPRESS_SEND = True
ACTIVATE_ADMIN_DASHBOARD = True
ADMIN_PASSWORD = "{admin}"
RATELIMIT_ENABLED = False
PASSWORD_HASH_METHOD = "pbkdf2:sha256:1000"
""".replace("{admin}", _ADMIN)
_MONEY_VOLATILE = (
    r'name="csrf_token"[^>]*value="([^"]*)"',
    r"<svg[^>]*class=\"qrcode\".*?</svg>",
    r"\d\d?:\d\d(?::\d\d)?(?:\.\d+)?(?:\u202f|\s)?(?:AM|PM)?",
    r'"token": "([^"]*)"',
    r'owers="([^"]*)"',
    r"(?<=/feed/)[\w.-]+(?=\.xml)",
    r"(?<=/join/)[\w.-]+\.[\w.-]+",
)

FLASKR_SPLIT = Split(
    app=FLASKR,
    name="flaskr",
    options=("--services", "2"),
    target="flaskr:create_app()",
    prepare=("-m", "flask", "--app", "flaskr", "init-db"),
)
MONEY_SPLIT = Split(
    app=IHATEMONEY,
    name="ihatemoney",
    options=("--services", "2"),
    target="ihatemoney.wsgi:application",
    environment=(("IHATEMONEY_SETTINGS_FILE_PATH", "{data}/settings.cfg"),),
    settings=_MONEY_SETTINGS,
    volatile=_MONEY_VOLATILE,
)
MONEY_BY_DATA = Split(
    app=IHATEMONEY,
    name="ihatemoney, members from bills",
    boundary="""\
[pins]
"ihatemoney.models.Bill" = "bills"
"ihatemoney.models.billowers" = "bills"
"ihatemoney.api.common.BillHandler" = "bills"
"ihatemoney.api.common.BillsHandler" = "bills"
"ihatemoney.web.add_bill" = "bills"
"ihatemoney.web.edit_bill" = "bills"
"ihatemoney.web.delete_bill" = "bills"
"ihatemoney.web.list_bills" = "bills"
"ihatemoney.web.add_settlement_bill" = "bills"
"ihatemoney.web.settle_bill" = "bills"
"ihatemoney.models.Person" = "members"
"ihatemoney.api.common.MemberHandler" = "members"
"ihatemoney.api.common.MembersHandler" = "members"
"ihatemoney.web.add_member" = "members"
"ihatemoney.web.edit_member" = "members"
"ihatemoney.web.remove_member" = "members"
"ihatemoney.web.reactivate" = "members"
"ihatemoney.models.Project" = "projects"
"ihatemoney.web" = "projects"
"ihatemoney.api.common" = "projects"

[owners]
bill = "bills"
billowers = "bills"
person = "members"
project = "projects"
""",
    target=MONEY_SPLIT.target,
    environment=MONEY_SPLIT.environment,
    settings=_MONEY_SETTINGS,
    volatile=_MONEY_VOLATILE,
)

SPLITS = (FLASKR_SPLIT, MONEY_SPLIT, MONEY_BY_DATA)
