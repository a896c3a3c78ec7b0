"""I hate money: a project with members and bills, by its pages and by its API."""

from __future__ import annotations

import base64
import json
import re

from real.browser import Browser

PROJECT = {
    "name": "Trip", "id": "trip", "password": "secret", "contact_email": "ann@example.org",
    "default_currency": "XXX",
}  # fmt: skip
BILL = {
    "date": "2024-05-06",
    "original_currency": "XXX",
    "bill_type": "Expense",
    "submit": "Submit",
}
IMPORTED = [
    {"date": "2024-01-02", "what": "Imported", "bill_type": "Expense", "amount": 12.5,
     "currency": "", "payer_name": "Cid", "payer_weight": 1, "owers": ["Cid", "Ann"]},
]  # fmt: skip
OUTSIDE = (
    "/", "/mobile", "/healthcheck", "/favicon.ico", "/static/css/main.css", "/nowhere/at/all",
    "/create?project_id=trip", "/authenticate?project_id=nobody", "/password-reminder-sent",
)  # fmt: skip
INSIDE = (
    "/trip/", "/trip/?search=bread&amount_min=1", "/trip/?payer=5", "/trip/settle_bills",
    "/trip/statistics", "/trip/history", "/trip/edit", "/trip/add?add_bill=1", "/create",
)  # fmt: skip
WRONG, RIGHT = {"password": "wrong"}, {"password": "secret"}
NEW = {"password": "new", "password_confirmation": "new"}
ADMIN, NO_ADMIN = {"admin_password": "adminpass"}, {"admin_password": "wrong"}
API = "/api/projects"
BASIC = {"Authorization": "Basic " + base64.b64encode(b"flat:secret").decode()}


def travel(ann: Browser) -> None:
    """Ask for every page and send every form, rightly and wrongly.

    The demonstration project takes the first numbers: Ann is member 4, her first bill is 4.
    """
    _outside(ann)
    _start(ann)
    _members(ann)
    _bills(ann)
    _look(ann)
    _export(ann)
    _join(ann, ann.another())
    _settings(ann)
    _api(ann.another())
    _administrate(ann.another())
    _end(ann)


def _outside(ann: Browser) -> None:
    for page in OUTSIDE:
        ann.get(page)
    ann.get("/lang/de", Referer="/mobile")
    ann.get("/mobile")
    ann.get("/lang/xx")
    ann.get("/lang/en")
    ann.get("/trip/")
    ann.get("/demo")
    ann.get("/demo/")


def _start(ann: Browser) -> None:
    ann.submit("/create", **{**PROJECT, "contact_email": "nothing"})
    ann.submit("/create", **PROJECT)
    ann.get("/trip/")
    ann.submit("/create", **PROJECT)
    ann.submit("/password-reminder", id="nobody")
    ann.submit("/password-reminder", id="trip")
    ann.get("/reset-password")
    ann.submit("/reset-password?token=wrong", **NEW)


def _members(ann: Browser) -> None:
    for name, weight in (("Ann", "1"), ("Ben", "2"), ("Cid", "1,5"), ("Ben", "1"), ("Dan", "-1")):
        ann.submit("/trip/members/add", name=name, weight=weight)
    ann.get("/trip/")
    ann.get("/trip/members/5/edit")
    ann.submit("/trip/members/5/edit", name="Benno", weight="3")
    ann.get("/trip/members/99/edit")
    ann.submit("/trip/", "/trip/members/6/delete")
    ann.submit("/trip/members/add", name="Cid", weight="1")


def _bills(ann: Browser) -> None:
    ann.submit("/trip/add", **BILL, what="Bread", payer="4", amount="10", payed_for=["4", "5"])
    ann.submit(
        "/trip/add", **BILL, what="Fuel", payer="5", amount="3*12,5", payed_for=["4", "5", "6"]
    )
    ann.submit("/trip/add", **BILL, what="Wrong", payer="5", amount="many", payed_for=["4"])
    ann.submit("/trip/add", **BILL, what="Gone", payer="6", amount="7", payed_for=["6"])
    ann.get("/trip/")
    ann.get("/trip/edit/4")
    ann.submit(
        "/trip/edit/4", **BILL, what="Bread rolls", payer="4", amount="11", payed_for=["5", "6"]
    )
    ann.get("/trip/edit/99")
    ann.submit("/trip/", "/trip/delete/6")
    ann.post("/trip/delete/5")
    ann.submit("/trip/", "/trip/members/5/delete")
    ann.submit("/trip/", "/trip/members/5/reactivate")
    ann.submit("/trip/settle_bills", "/trip/settle", amount="5", sender_id="4", receiver_id="5")
    ann.submit("/trip/settle_bills", "/trip/settle", amount="5", sender_id="99", receiver_id="5")


def _look(ann: Browser) -> None:
    for page in INSIDE:
        ann.get(page)


def _export(ann: Browser) -> None:
    for kind, form in (("bills", "json"), ("bills", "csv"), ("transactions", "json"),
                       ("transactions", "csv"), ("bills", "pdf"), ("other", "csv")):  # fmt: skip
        ann.get(f"/trip/export/{kind}.{form}")
    text = json.dumps(IMPORTED)
    ann.upload("/trip/edit", "/trip/import", "file", "in.json", "application/json", text)
    ann.upload("/trip/edit", "/trip/import", "file", "in.json", "application/json", "[{}]")
    ann.get("/trip/export/bills.json")


def _join(ann: Browser, ben: Browser) -> None:
    page = ann.get("/trip/invite")
    ann.submit("/trip/invite", emails="not an address")
    ann.submit("/trip/invite", emails="ben@example.org")
    found = re.search(r"/trip/join/[\w.-]+", page)
    assert found, "the page of invitations has no link"
    ben.get("/trip/join/wrong")
    ben.get("/trip/")
    ben.get(found[0])
    ben.get("/trip/")
    feed = re.search(r"/trip/feed/[\w.-]+\.xml", ben.get("/trip/"))
    assert feed, "the page of bills has no feed"
    ann.another().get(feed[0])
    ann.another().get("/trip/feed/wrong.xml")
    ben.submit("/trip/", "/exit")
    ben.get("/exit")
    ben.submit("/authenticate", id="trip", **WRONG)
    ben.submit("/authenticate", id="trip", **RIGHT)
    ben.get("/authenticate?project_id=trip")


def _settings(ann: Browser) -> None:
    fields = {**PROJECT, "project_history": "y", "current_password": "secret"}
    ann.submit("/trip/edit", **{**fields, "current_password": "wrong"})
    ann.submit("/trip/edit", **{**fields, "name": "Journey", "password": ""})
    ann.get("/trip/history")
    ann.submit("/trip/history", "/trip/erase_history", **WRONG)
    ann.submit("/trip/history", "/trip/erase_history", **RIGHT)
    ann.get("/trip/history")


def _api(app: Browser) -> None:
    project = {**PROJECT, "id": "flat", "name": "Flat"}
    app.send("POST", API, {**project, "contact_email": "nothing"})
    app.send("POST", API, project)
    app.get("/api/currencies")
    app.get(f"{API}/flat")
    app.get(f"{API}/flat", **BASIC)
    token = json.loads(app.get(f"{API}/flat/token", **BASIC))["token"]
    app.get(f"{API}/flat", Authorization=f"Bearer {token}")
    for name in ("Eve", "Fay", "Gus"):
        app.send("POST", f"{API}/flat/members", {"name": name}, **BASIC)
    app.send("POST", f"{API}/flat/members", {}, **BASIC)
    members = [one["id"] for one in json.loads(app.get(f"{API}/flat/members", **BASIC))]
    _api_members(app, members)
    _api_bills(app, members)
    app.get(f"{API}/flat/statistics", **BASIC)
    edited = {**project, "name": "Flat share", "current_password": "secret"}
    app.send("PUT", f"{API}/flat", edited, **BASIC)
    app.get(f"{API}/flat", **BASIC)
    app.send("DELETE", f"{API}/flat", **BASIC)
    app.get(f"{API}/flat", **BASIC)


def _api_members(app: Browser, members: list[int]) -> None:
    path = f"{API}/flat/members"
    app.get(f"{path}/{members[0]}", **BASIC)
    app.get(f"{path}/99", **BASIC)
    app.send(
        "PUT", f"{path}/{members[0]}", {"name": "Eva", "weight": 2, "activated": True}, **BASIC
    )
    app.send("DELETE", f"{path}/{members[2]}", **BASIC)
    app.get(path, **BASIC)


def _api_bills(app: Browser, members: list[int]) -> None:
    path = f"{API}/flat/bills"
    bill = {**BILL, "what": "Rent", "payer": members[0], "payed_for": members[:2], "amount": "500"}
    number = json.loads(app.send("POST", path, bill, **BASIC))
    app.send("POST", path, {"what": "Nothing"}, **BASIC)
    app.get(path, **BASIC)
    app.get(f"{path}/{number}", **BASIC)
    app.send("PUT", f"{path}/{number}", {**bill, "amount": "510"}, **BASIC)
    app.get(f"{path}/{number}", **BASIC)
    app.send("DELETE", f"{path}/{number}", **BASIC)
    app.get(f"{path}/{number}", **BASIC)


def _administrate(admin: Browser) -> None:
    admin.get("/dashboard")
    admin.submit("/admin?goto=%2Fdashboard", **NO_ADMIN)
    admin.submit("/admin?goto=%2Fdashboard", **ADMIN)
    admin.get("/dashboard")
    admin.submit("/create", **{**PROJECT, "id": "old", "name": "Old"})
    admin.submit("/dashboard", "/dashboard/old/delete", **RIGHT)
    admin.get("/dashboard")


def _end(ann: Browser) -> None:
    ann.submit("/trip/edit", "/trip/delete", **WRONG)
    ann.submit("/trip/edit", "/trip/delete", **RIGHT)
    ann.get("/trip/")
    ann.get("/")
