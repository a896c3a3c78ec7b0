"""The coupling graph divided into candidate services, the shared kernel and the root."""

from decompose.cluster.consensus import consensus
from decompose.cluster.divide import partition

__all__ = ["consensus", "partition"]
