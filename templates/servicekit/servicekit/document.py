"""Typed reading of a JSON document that collects all problems instead of stopping at the first."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

Problems = List[str]


class Node:
    """A value in a document, with its place and the list that its problems go to.

    An absent value is None. A value of the wrong kind is noted, and reads as an empty one.
    """

    def __init__(self, value: Any, place: str, problems: Problems) -> None:
        self.value = value
        self._place = place
        self._problems = problems

    def complain(self, problem: str) -> None:
        """Note a problem with this value."""
        self._problems.append(f"{self._place}: {problem}" if self._place else problem)

    def _expected(self, what: str) -> None:
        self.complain(f"expected {what}, found {self.value!r}")

    def has(self, name: str, none_counts: bool = False) -> bool:
        """Whether an object has a member; one that is null counts only if `none_counts`."""
        members = self.value if isinstance(self.value, dict) else {}
        return name in members and (none_counts or members[name] is not None)

    def get(self, name: str) -> Node:
        """Return a member of an object."""
        if self.value is not None and not isinstance(self.value, dict):
            self._expected("an object")
            self.value = None
        member = self.value.get(name) if self.value else None
        return Node(member, f"{self._place}.{name}" if self._place else name, self._problems)

    def items(self) -> List[Tuple[str, Node]]:
        """Return the members of an object; none if it is absent."""
        if self.value is not None and not isinstance(self.value, dict):
            self._expected("an object")
            return []
        return [(name, self.get(name)) for name in self.value or ()]

    def nodes(self) -> List[Node]:
        """Return the elements of a list; none if it is absent."""
        if self.value is not None and not isinstance(self.value, list):
            self._expected("a list")
            return []
        return [
            Node(value, f"{self._place}[{index}]", self._problems)
            for index, value in enumerate(self.value or ())
        ]

    def text(self) -> str:
        """Return text that has to be there."""
        if not isinstance(self.value, str) or not self.value:
            self._expected("text")
            return ""
        return self.value

    def optional_text(self) -> Optional[str]:
        """Return text, or None."""
        return None if self.value is None else self.text()

    def optional_flag(self) -> Optional[bool]:
        """Return true, false or None."""
        if self.value is not None and not isinstance(self.value, bool):
            self._expected("true or false")
            return None
        return self.value

    def texts(self) -> Tuple[str, ...]:
        """Return a list of texts."""
        return tuple(node.text() for node in self.nodes())

    def text_by_name(self) -> Dict[str, str]:
        """Return an object whose members are texts."""
        return {name: node.text() for name, node in self.items()}

    def choice(self, choices: Sequence[str]) -> str:
        """Return one of several words; the first of them if there is none."""
        if self.value is not None and self.value not in choices:
            self._expected(f"one of {', '.join(choices)}")
        return self.value if self.value in choices else choices[0]
