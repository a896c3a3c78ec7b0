"""Drives FlaskBB over HTTP: its own tests call functions and send no requests.

Runs inside FlaskBB's environment. Every page is asked for by a guest and by each of the groups;
every form is sent once by an administrator (or by a guest, for signing in and up), each time to
a forum made anew with FlaskBB's own test data. Searches are left out: FlaskBB has no search index
under its configuration for tests.
"""

import pytest
from flask import url_for
from flaskbb import create_app
from flaskbb.configs.testing import TestingConfig
from flaskbb.extensions import db
from flaskbb.forum.models import Post
from flaskbb.user.models import User
from flaskbb.utils.populate import create_test_data

ADMIN, MODERATOR, MEMBER = "test1", "test3", "test4"
VALUES = {
    "category_id": 1,
    "filename": "missing.css",
    "forum_id": 1,
    "group_id": 4,
    "name": "missing",
    "plugin": "missing",
    "post_id": 2,
    "report_id": 1,
    "slug": "general",
    "themeid": "aurora",
    "token": "invalid",
    "topic_id": 1,
    "user_id": 4,
    "username": MEMBER,
}
USER = {"username": "fresh", "email": "fresh@example.org", "password": "fresh"}
PERSON = {"birthday": "", "gender": "None", "location": "Here", "website": "", "avatar": ""}
FORUM = {"title": "Fresh", "description": "", "position": "1", "category": "1", "groups": ["1"]}
FORUM_FORM = {**FORUM, "external": "", "moderators": MODERATOR}
BULK_ACTIONS = ("lock", "unlock", "highlight", "trivialize", "delete", "hide", "unhide")
FORMS = [
    ("auth.forgot_password", {"email": "test4@example.org"}, None),
    ("auth.login", {"login": MEMBER, "password": "test"}, None),
    ("auth.login", {"login": MEMBER, "password": "wrong"}, None),
    ("auth.reauth", {"password": "test"}, MEMBER),
    (
        "auth.register",
        {**USER, "confirm_password": "fresh", "language": "en", "accept_tos": "y"},
        None,
    ),
    ("auth.request_activation_token", {"username": MEMBER, "email": "test4@example.org"}, None),
    ("forum.delete_post", {}, ADMIN),
    ("forum.delete_topic", {}, ADMIN),
    ("forum.edit_post", {"content": "Changed", "submit": "y"}, ADMIN),
    ("forum.edit_post", {"content": "Changed", "title": "New", "submit": "y"}, MODERATOR),
    ("forum.hide_post", {}, ADMIN),
    ("forum.hide_topic", {}, ADMIN),
    ("forum.highlight_topic", {}, ADMIN),
    ("forum.lock_topic", {}, ADMIN),
    ("forum.manage_forum", {"rowid": ["1"], "move": "y", "forum": "2"}, ADMIN),
    *(("forum.manage_forum", {"rowid": ["1"], action: "y"}, ADMIN) for action in BULK_ACTIONS),
    ("forum.markread", {}, MEMBER),
    ("forum.new_post", {"content": "Again", "track_topic": "y", "submit": "y"}, MEMBER),
    ("forum.new_topic", {"title": "T", "content": "C", "track_topic": "y", "submit": "y"}, MEMBER),
    ("forum.reply_post", {"content": "Again", "submit": "y"}, MEMBER),
    ("forum.report_post", {"reason": "Spam"}, MEMBER),
    ("forum.topictracker", {"rowid": ["1"]}, ADMIN),
    ("forum.track_topic", {}, MEMBER),
    ("forum.trivialize_topic", {}, ADMIN),
    ("forum.unhide_post", {}, ADMIN),
    ("forum.unhide_topic", {}, ADMIN),
    ("forum.unlock_topic", {}, ADMIN),
    ("forum.untrack_topic", {}, ADMIN),
    ("forum.view_topic", {"content": "Quick"}, MEMBER),
    ("management.add_category", {"title": "Fresh", "description": "", "position": "1"}, ADMIN),
    ("management.add_forum", FORUM_FORM, ADMIN),
    ("management.add_group", {"name": "Fresh", "description": ""}, ADMIN),
    ("management.add_user", {**USER, **PERSON, "primary_group": "4"}, ADMIN),
    ("management.ban_user", {}, ADMIN),
    ("management.delete_category", {}, ADMIN),
    ("management.delete_forum", {}, ADMIN),
    ("management.delete_report", {}, ADMIN),
    ("management.delete_user", {}, ADMIN),
    ("management.edit_category", {"title": "Fresh", "description": "", "position": "1"}, ADMIN),
    ("management.edit_forum", {**FORUM_FORM, "id": "1"}, ADMIN),
    ("management.edit_group", {"name": "Renamed", "description": ""}, ADMIN),
    ("management.edit_user", {**USER, **PERSON, "primary_group": "4"}, ADMIN),
    ("management.report_markread", {}, ADMIN),
    ("management.unban_user", {}, ADMIN),
    (
        "user.change_email",
        {
            "old_email": "test4@example.org",
            "new_email": "fresh@example.org",
            "confirm_new_email": "fresh@example.org",
        },
        MEMBER,
    ),
    (
        "user.change_password",
        {"old_password": "test", "new_password": "fresh", "confirm_new_password": "fresh"},
        MEMBER,
    ),
    ("user.change_user_details", {**PERSON, "signature": "", "notes": ""}, MEMBER),
    ("user.settings", {"language": "en", "theme": "aurora"}, MEMBER),
]
SEVERAL = [
    ("management.ban_user", ["4"]),
    ("management.delete_group", ["4"]),
    ("management.delete_report", ["1"]),
    ("management.delete_user", ["4"]),
    ("management.report_markread", ["1"]),
    ("management.unban_user", ["5"]),
]


class Config(TestingConfig):
    """FlaskBB's own configuration for tests, without tokens in forms and limits."""

    WTF_CSRF_ENABLED = False
    RATELIMIT_ENABLED = False


@pytest.fixture
def application():
    """Make a forum with users in all groups, a reported post and a tracked topic."""
    app = create_app(Config)
    with app.app_context():
        db.create_all()
        create_test_data()
    with app.test_request_context():
        admin = User.query.filter_by(username=ADMIN).one()
        admin.track_topic(Post.query.get(2).topic)
        admin.save()
    yield app
    with app.app_context():
        db.session.remove()
        db.drop_all()


def address(app, rule):
    """Build the address of a rule with the values of the test data."""
    with app.test_request_context():
        return url_for(rule.endpoint, **{name: VALUES[name] for name in rule.arguments})


def signed_in(app, username):
    """Return a client that is signed in, or a guest's where there is no name."""
    client = app.test_client()
    if username:
        client.post("/auth/login", data={"login": username, "password": "test"})
    return client


def rules_of(app, endpoint, method):
    """Return the rules of an endpoint (of all, where it is None) that take a method."""
    rules = app.url_map.iter_rules(endpoint)
    return [rule for rule in rules if method in rule.methods]


@pytest.mark.parametrize("username", [None, ADMIN, "test2", MODERATOR, MEMBER])
def test_pages(application, username):
    """Every page answers each kind of visitor."""
    client = signed_in(application, username)
    for rule in rules_of(application, None, "GET"):
        if rule.endpoint != "auth.logout":
            assert client.get(address(application, rule)).status_code < 600
    assert client.get("/auth/logout").status_code < 600


@pytest.mark.parametrize(("endpoint", "form", "username"), FORMS)
def test_forms(application, endpoint, form, username):
    """Every form is taken."""
    client = signed_in(application, username)
    client.post("/post/3/report", data={"reason": "Spam"})
    rule = min(rules_of(application, endpoint, "POST"), key=lambda rule: -len(rule.arguments))
    assert client.post(address(application, rule), data=form).status_code < 500


@pytest.mark.parametrize(("endpoint", "ids"), SEVERAL)
def test_several_at_once(application, endpoint, ids):
    """What the management pages do to several rows at once works."""
    client = signed_in(application, ADMIN)
    client.post("/post/3/report", data={"reason": "Spam"})
    rule = min(rules_of(application, endpoint, "POST"), key=lambda rule: len(rule.arguments))
    headers = {"X-Requested-With": "XMLHttpRequest"}
    answer = client.post(address(application, rule), json={"ids": ids}, headers=headers)
    assert answer.status_code < 500


def test_settings(application):
    """Each group of settings is saved as its page shows it."""
    client = signed_in(application, ADMIN)
    for group in ("general", "auth", "misc", "appearance"):
        assert client.post(f"/admin/settings/{group}", data={}).status_code < 500
