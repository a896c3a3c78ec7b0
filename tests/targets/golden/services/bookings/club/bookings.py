"""What members book."""

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for

from club import db
from club.models import Booking, Member

bookings = Blueprint("bookings", __name__)


def current_member():
    return db.session.get(Member, session.get("member", 0)) or abort(401)


@bookings.get("/")
def mine():
    return render_template("bookings.html", member=current_member())


@bookings.post("/")
def book():
    member = current_member()
    db.session.add(Booking(member=member, court=int(request.form["court"])))
    member.booked = Member.booked + 1  # another domain's table, in one transaction
    db.session.commit()
    return redirect(url_for("members.show", number=member.id))


@bookings.get("/all.json")
def everything():
    found = Booking.query.join(Member).order_by(Booking.id)
    return jsonify([{"court": b.court, "by": b.member.name} for b in found])
