"""From an analysis to a cut plan: what each service gets, before anything is written."""

from decompose.plan.build import make_plan
from decompose.plan.extract import extract
from decompose.plan.idle import without_idle

__all__ = ["extract", "make_plan", "without_idle"]
