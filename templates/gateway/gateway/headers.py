"""Which headers pass the gateway, and which it sets."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from urllib3.util import SKIP_HEADER

from gateway.exchange import Exchange

_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
}
_OWN = {"expect", "content-length", "x-forwarded-prefix"}


def request_headers(exchange: Exchange, trusted_proxies: int) -> dict[str, str]:
    """Return the headers that a service gets: the client's, and who the client is."""
    environ = exchange.environ
    named = _listed(environ.get("HTTP_CONNECTION", ""))
    headers = {
        name: value
        for name, value in _from_environ(environ)
        if name.lower() not in _HOP_BY_HOP
        and name.lower() not in _OWN
        and name.lower() not in named
    }
    headers.update(_forwarded(environ, trusted_proxies))
    headers["X-Request-Id"] = exchange.request_id
    headers["Traceparent"] = exchange.trace
    for name in ("Accept-Encoding", "User-Agent"):  # or the client library adds its own
        headers.setdefault(name, SKIP_HEADER)
    return headers


def response_headers(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers that the client gets: the service's, except those of one connection."""
    pairs = list(pairs)
    named = _listed(",".join(value for name, value in pairs if name.lower() == "connection"))
    return [
        (name, value)
        for name, value in pairs
        if name.lower() not in _HOP_BY_HOP and name.lower() not in named
    ]


def _from_environ(environ: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").title(), value
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]


def _listed(connection: str) -> set[str]:
    """Return the headers that a Connection header declares to be of this connection only."""
    names = {name.strip().lower() for name in connection.split(",")}
    return names - {"host", "content-length", "content-type", "cookie", "authorization"}


def _forwarded(environ: Mapping[str, Any], trusted_proxies: int) -> dict[str, str]:
    """Return the X-Forwarded headers; the last value of each is what a service may believe."""
    host = _believed(environ, "HTTP_X_FORWARDED_HOST", trusted_proxies)
    scheme = _believed(environ, "HTTP_X_FORWARDED_PROTO", trusted_proxies)
    prefix = _believed(environ, "HTTP_X_FORWARDED_PREFIX", trusted_proxies).rstrip("/")
    prefix += environ.get("SCRIPT_NAME", "")
    values = {
        "X-Forwarded-For": ", ".join(_clients(environ, trusted_proxies)),
        "X-Forwarded-Proto": scheme or environ.get("wsgi.url_scheme", "http"),
        "X-Forwarded-Host": host or environ.get("HTTP_HOST", ""),
        "X-Forwarded-Prefix": prefix,
    }
    return {name: value for name, value in values.items() if value}


def _clients(environ: Mapping[str, Any], trusted_proxies: int) -> list[str]:
    """Return the addresses a request came by; the last is the client's as far as it is known."""
    chain = [*_values(environ.get("HTTP_X_FORWARDED_FOR", "")), environ.get("REMOTE_ADDR", "")]
    return chain[: max(1, len(chain) - trusted_proxies)]


def _believed(environ: Mapping[str, Any], key: str, trusted_proxies: int) -> str:
    values = _values(environ.get(key, ""))
    return values[-min(trusted_proxies, len(values))] if trusted_proxies and values else ""


def _values(header: str) -> list[str]:
    return [value.strip() for value in header.split(",") if value.strip()]
