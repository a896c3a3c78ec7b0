"""What a partition would cost and whether it is worth it: seams, metrics, verdict, reasons."""

from decompose.assess.analysis import assess
from decompose.assess.explain import explain
from decompose.assess.hazards import hazards
from decompose.assess.structure import mojofm
from decompose.assess.view import view

__all__ = ["assess", "explain", "hazards", "mojofm", "view"]
