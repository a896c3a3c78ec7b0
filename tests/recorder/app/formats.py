"""A register that others add to."""


class Formats:
    """Each by its name."""

    def __init__(self):
        self.given = {}


known = Formats()
