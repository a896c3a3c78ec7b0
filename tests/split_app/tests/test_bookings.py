"""What members book."""

from unittest import TestCase

from club import create_app, db
from club.models import Booking, Member


class TestBookings(TestCase):
    def setUp(self):
        self.app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"})
        self.client = self.app.test_client()
        with self.app.app_context():
            db.create_all()
            self.add("Ada", 3)

    def add(self, name, court):
        db.session.add(Booking(member=Member(name=name), court=court))
        db.session.commit()

    def join(self):
        return self.client.post("/members/", data={"name": "Grace"})

    def test_everything_is_listed(self):
        found = self.client.get("/bookings/all.json").json
        self.assertEqual(found, [{"court": 3, "by": "Ada"}])

    def test_strangers_can_not_book(self):
        answer = self.client.post("/bookings/", data={"court": "1"})
        self.assertEqual(answer.status_code, 401)

    def test_members_see_their_own(self):
        self.join()
        self.assertNotIn("Court 3", self.client.get("/bookings/").text)

    def test_a_booking_leads_to_the_member(self):
        answer = self.join()
        self.assertEqual(self.client.get(answer.location).status_code, 200)
