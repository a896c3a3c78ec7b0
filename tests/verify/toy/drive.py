"""Uses the club as its tests would: over HTTP, and once behind its back."""

import os
import sys
import tempfile

from club import create_app
from club.database import db
from club.models import Loan, Member

with tempfile.TemporaryDirectory() as folder:
    url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/test.db")
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        db.create_all()
        db.session.add(Member(name="Nobody"))
        db.session.commit()
    ada, bob = app.test_client(), app.test_client()
    ada.post("/members/", data={"name": "Ada"})
    bob.post("/members/", data={"name": "Bob"})
    ada.post("/loans/", data={"title": "Émile"})
    ada.get("/members/2")
    bob.post("/members/3/name", data={"name": "Robert"})
    bob.post("/loans/", data={"title": "Ulysses"})
    ada.get("/loans/")
    with app.app_context():
        db.session.get(Member, 1).name = "Somebody"
        Loan.query.filter_by(member_id=2).delete()
        db.session.delete(db.session.get(Member, 2))
        db.session.commit()
    ada.get("/members/1")
    ada.get("/members/2")
    app.test_client().post("/loans/", data={"title": "Refused"})
    ada.get("/nowhere")
    if "--process" in sys.argv:
        ada.get("/loans/process")
