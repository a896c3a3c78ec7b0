"""Who belongs to the club."""

import click
from flask import Blueprint, jsonify, redirect, render_template, request, session, url_for

from club import db
from club.models import Member

members = Blueprint("members", __name__)


@members.post("/")
def join():
    member = Member(name=request.form["name"])
    db.session.add(member)
    db.session.commit()
    session["member"] = member.id
    return redirect(url_for("bookings.mine"))


@members.get("/<int:number>")
def show(number):
    return render_template("member.html", member=db.get_or_404(Member, number))


@members.get("/top.json")
def top():
    found = Member.query.order_by(Member.booked.desc(), Member.id).limit(3)
    return jsonify([{"name": member.name, "booked": member.booked} for member in found])


@members.cli.command("rename")
@click.argument("number", type=int)
@click.argument("name")
def rename(number, name):
    db.session.get(Member, number).name = name
    db.session.commit()
