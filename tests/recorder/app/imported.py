"""Asks the same as `cases` does when it is the program."""

import cases

cases.ask()
