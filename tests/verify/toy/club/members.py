from flask import Blueprint, current_app, jsonify, redirect, request, session, url_for

from club.database import db
from club.models import Member

members = Blueprint("members", __name__, url_prefix="/members")


@members.post("/")
def join():
    member = Member(name=request.form["name"])
    db.session.add(member)
    db.session.commit()
    session["member"] = member.id
    session["mailed"] = not current_app.testing
    return redirect(url_for("members.show", number=member.id))


@members.get("/<int:number>")
def show(number):
    member = db.get_or_404(Member, number)
    return jsonify(name=member.name, card=member.card, borrowed=member.borrowed)


@members.post("/<int:number>/name")
def rename(number):
    member = db.get_or_404(Member, number)
    member.name = request.form["name"]
    db.session.commit()
    return jsonify(name=member.name)


@members.get("/never")
def never():
    return "nobody asks for this"
