import datetime
import os

from flask import Blueprint, abort, render_template_string, request, session

from club.data import PAGE
from club.database import db
from club.models import Loan, Member

loans = Blueprint("loans", __name__, url_prefix="/loans")


@loans.post("/")
def lend():
    member = db.session.get(Member, session.get("member", 0)) or abort(403)
    loan = Loan(member_id=member.id, title=request.form["title"])
    member.borrowed += 1
    db.session.add(loan)
    db.session.commit()
    return {"id": loan.id, "since": loan.since.isoformat()}, 201


@loans.get("/")
def index():
    found = Loan.query.limit(100).all()
    return render_template_string(PAGE, loans=found), 200, {"X-Count": str(len(found))}


@loans.post("/guests")
def guest():
    member = Member(name=request.form["name"])
    db.session.add(member)
    db.session.commit()
    return {"member": member.id}, 201


@loans.get("/process")
def process():
    return {"pid": os.getpid(), "now": datetime.datetime.now().isoformat()}
