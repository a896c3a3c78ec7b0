"""Flaskr: two people register, write, and meddle with each other's posts."""

from __future__ import annotations

import time

from real.browser import Browser

TICK = 1.1
"""Seconds between posts: they are listed by their time, which counts whole seconds."""


def travel(ann: Browser) -> None:
    """Ask for every page and send every form, rightly and wrongly."""
    ben = ann.another()
    ann.get("/")
    ann.get("/hello")
    ann.get("/static/style.css")
    ann.get("/nowhere")
    _register(ann, ben)
    _write(ann)
    _meddle(ben)
    ann.post("/1/delete")
    ann.get("/1/update")
    ann.get("/")
    ann.get("/auth/logout")
    ann.get("/create")
    ann.get("/")


def _register(ann: Browser, ben: Browser) -> None:
    ann.get("/auth/register")
    ann.post("/auth/register", {"username": "", "password": ""})
    ann.post("/auth/register", {"username": "ann", "password": ""})
    ann.post("/auth/register", {"username": "ann", "password": "one"})
    ann.post("/auth/register", {"username": "ann", "password": "two"})
    ben.post("/auth/register", {"username": "ben", "password": "three"})
    ann.get("/auth/login")
    ann.post("/auth/login", {"username": "eve", "password": "one"})
    ann.post("/auth/login", {"username": "ann", "password": "two"})
    ann.post("/auth/login", {"username": "ann", "password": "one"})
    ben.post("/auth/login", {"username": "ben", "password": "three"})


def _write(ann: Browser) -> None:
    ann.get("/")
    ann.get("/create")
    ann.post("/create", {"title": "", "body": "nothing"})
    ann.post("/create", {"title": "First", "body": "<b>Bold</b> & ünïcode"})
    time.sleep(TICK)
    ann.post("/create", {"title": "Second", "body": "More"})
    ann.get("/")
    ann.get("/1/update")
    ann.post("/1/update", {"title": "", "body": ""})
    ann.post("/1/update", {"title": "Changed", "body": "Other"})
    ann.get("/1/update")
    ann.get("/9/update")
    ann.ask("GET", "/1/delete")
    ann.ask("HEAD", "/create")
    ann.ask("OPTIONS", "/create")


def _meddle(ben: Browser) -> None:
    ben.get("/")
    ben.get("/1/update")
    ben.post("/1/update", {"title": "Mine", "body": "now"})
    ben.post("/1/delete")
    time.sleep(TICK)
    ben.post("/create", {"title": "Third", "body": "Ben's"})
    ben.get("/3/update")
    ben.post("/9/delete")
    ben.get("/")
