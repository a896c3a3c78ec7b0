"""Who belongs to the club."""

import pytest
from club import db
from club.models import Member


def test_joining_leads_to_the_bookings(client):
    answer = client.post("/members/", data={"name": "Ada"})
    assert answer.location == "/bookings/"


@pytest.mark.parametrize("path", ["/members/1", "/members/999"])
def test_strangers_have_no_page(client, path):
    assert client.get(path).status_code == 404


def test_members_can_be_renamed(app, ada):
    done = app.test_cli_runner().invoke(args=["members", "rename", "1", "Grace"])
    assert done.exit_code == 0
    assert "Grace" in ada.get("/members/1").text


def test_those_who_book_most_come_first(app, client):
    with app.app_context():
        db.session.add_all([Member(name="Ada", booked=1), Member(name="Grace", booked=2)])
        db.session.commit()
    assert [member["name"] for member in client.get("/members/top.json").json] == ["Grace", "Ada"]


def test_booking_counts(ada):
    page = ada.post("/bookings/", data={"court": "3"}, follow_redirects=True)
    assert "1 booked" in page.text
