import os
import os.path
import a.b as ab
import one, two.three
from a import b, c as d
from a.b import *
from . import near
from .near import thing
from .. import up
from ..up import other
from ...top.deep import far
from .... import beyond

try:
    import fast
except ImportError:
    import slow as fast

if True:
    from a import chosen

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from a import Hint
else:
    from a import Real


def lazily():
    from a import late
    import_module("x.y")
    importlib.import_module(".sibling", __package__)
    importlib.import_module(f"x.{name}")
    __import__("plugin")


class Body:
    from a import inside


__all__ = ["thing", "up"]
__all__ += ["other"]
__all__.append("another")
__all__.extend(["more", "most"])
__import__("pack.age")
__import__("pack.age", fromlist=["x"])
import_module("..above", "some.pack.age")
import_module(".beside", package="some.pack")
