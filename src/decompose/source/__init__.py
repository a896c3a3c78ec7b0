"""From a folder on disk to a source tree and the facts in its files."""

from decompose.source.boundary_file import find_boundary, load_boundary
from decompose.source.cache import FactsCache, default_cache_folder
from decompose.source.decode import Decoded, decode
from decompose.source.discover import discover
from decompose.source.memory import remembering
from decompose.source.processes import spreading
from decompose.source.program import program_state, sources_state
from decompose.source.reading import read_all
from decompose.source.resolved import resolved
from decompose.source.resolver import unresolvable
from decompose.source.sealed import CacheError
from decompose.source.standing import Standing, look_at, standing
from decompose.source.starter import starter_text

__all__ = [
    "CacheError",
    "Decoded",
    "FactsCache",
    "Standing",
    "decode",
    "default_cache_folder",
    "discover",
    "find_boundary",
    "load_boundary",
    "look_at",
    "program_state",
    "read_all",
    "remembering",
    "resolved",
    "sources_state",
    "spreading",
    "standing",
    "starter_text",
    "unresolvable",
]
