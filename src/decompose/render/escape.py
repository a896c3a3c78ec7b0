"""The one escaping filter: `{{ value | literal("markdown") }}`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from markupsafe import Markup

_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_MARKDOWN = re.compile(r"[\\`*_{}\[\]#|~$!]")
_HTML = re.compile(r"[<>&@\"']")
_MERMAID = re.compile(r"[^A-Za-z0-9 ,/·_.%()-]")


def _printable(value: str) -> str:
    """`value` on one line: whatever is not printable is spelled as Python would."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)


def _json_in_html(value: str) -> str:
    """JSON text that can't end the script element which holds it."""
    return value.translate(_IN_SCRIPT)


def _markdown(value: str) -> str:
    """Text inside a line or table cell of Markdown, shown as it is."""
    escaped = _MARKDOWN.sub(lambda match: "\\" + match[0], _printable(value))
    return _HTML.sub(lambda match: f"&#{ord(match[0])};", escaped)


def _mermaid(value: str) -> str:
    """Text inside a quoted label of a Mermaid diagram."""
    return _MERMAID.sub(lambda match: f"#{ord(match[0])};", _printable(value))


def _nginx(value: str) -> str:
    """Text inside double quotes of an nginx configuration, where nothing is interpolated."""
    return _printable(value).replace("\\", "\\\\").replace('"', '\\"')


def _haproxy(value: str) -> str:
    """Text inside single quotes of a HAProxy configuration."""
    return _printable(value).replace("'", "'\\''")


def _yaml(value: str) -> str:
    """A whole YAML scalar, quotes included."""
    return json.dumps(value)


_ESCAPERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "json-in-html": _json_in_html,
        "haproxy": _haproxy,
        "markdown": _markdown,
        "mermaid": _mermaid,
        "nginx": _nginx,
        "terminal": _printable,
        "yaml": _yaml,
    }
)


def escape(value: object, language: str) -> str:
    """`value` as a literal of `language`, whatever characters it holds."""
    return Markup(_ESCAPERS[language](str(value)))  # noqa: S704 - this is what makes it safe
