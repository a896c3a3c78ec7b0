"""A browser that remembers what it was answered, for comparing two servers."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from http.client import HTTPMessage
from typing import Any

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
COMPARED = ("cache-control", "content-disposition", "content-type", "www-authenticate")
SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request and what came back, as far as two servers of one application agree on it.

    `cookies` are the names of cookies that were set.
    """

    method: str
    path: str
    status: int
    location: str
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    body: str


class _Plain(urllib.request.HTTPErrorProcessor):
    """Hands every answer over as it is, redirects and errors too."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response

    https_response = http_response


class Browser:
    """One person's browser at the server `base`; `another` is someone else's."""

    def __init__(self, base: str, visits: list[Visit] | None = None) -> None:
        self.base = base.rstrip("/")
        self.visits: list[Visit] = [] if visits is None else visits
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            _Plain(), urllib.request.HTTPCookieProcessor(jar)
        )

    def another(self) -> Browser:
        """Return a browser without this one's cookies; their visits are kept together."""
        return Browser(self.base, self.visits)

    def get(self, path: str, **headers: str) -> str:
        """Ask for a page; return its text."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> str:
        """Send a form."""
        data = urllib.parse.urlencode(fields or {}, doseq=True).encode()
        return self.ask("POST", path, data, headers)

    def submit(self, page: str, path: str = "", **fields: Any) -> str:
        """Send the form on a page, to the page itself or to `path`, as it was hidden in there."""
        return self.post(path or page, {**hidden(self.get(page)), **fields})

    def send(self, method: str, path: str, value: Any = None, **headers: str) -> str:
        """Send JSON."""
        data = None if value is None else json.dumps(value).encode()
        return self.ask(method, path, data, {"Content-Type": "application/json", **headers})

    def upload(self, page: str, path: str, field: str, name: str, kind: str, text: str) -> str:
        """Send a file with the hidden fields of the page that has the form."""
        parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'
                 for key, value in hidden(self.get(page)).items()]  # fmt: skip
        file = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
        parts.append(f"{file}\r\nContent-Type: {kind}\r\n\r\n{text}")
        body = "".join(f"--frontier\r\n{part}\r\n" for part in parts) + "--frontier--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=frontier"}
        return self.ask("POST", path, body.encode(), headers)

    def ask(self, method: str, path: str, data: bytes | None = None, headers: Any = None) -> str:
        """Send a request, remember the answer, return its text."""
        request = urllib.request.Request(  # noqa: S310 - a server on this machine
            self.base + path, data=data, method=method,
            headers={name.replace("_", "-"): value for name, value in (headers or {}).items()},
        )  # fmt: skip
        with self._opener.open(request, timeout=SECONDS) as response:
            text: str = response.read().decode("utf-8", "backslashreplace")
            self.visits.append(_visit(method, path, response.status, response.headers, text))
        return text


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the forms on a page."""
    fields = (dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(page))
    return {field["name"]: field.get("value", "") for field in fields}


def _visit(method: str, path: str, status: int, headers: HTTPMessage, body: str) -> Visit:
    kept = [(name, headers[name]) for name in COMPARED if name in headers]
    kept += [("allow", method) for method in sorted(headers.get("Allow", "").split(", "))]
    cookies = (cookie.partition("=")[0] for cookie in headers.get_all("Set-Cookie", []))
    return Visit(
        method=method,
        path=path,
        status=status,
        location=headers.get("Location", ""),
        headers=tuple(kept),
        cookies=tuple(sorted(cookies)),
        body=body,
    )


def written(visits: list[Visit]) -> str:
    """Write visits as JSON."""
    return json.dumps([asdict(visit) for visit in visits])


def read(text: str) -> list[Visit]:
    """Read what was written."""
    return [
        Visit(**{
            **visit,
            "headers": tuple(map(tuple, visit["headers"])),
            "cookies": tuple(visit["cookies"]),
        })
        for visit in json.loads(text)
    ]  # fmt: skip
