"""Gives back what Python 3.10 took out of `collections`, for applications older than that."""

import collections
import collections.abc

for name in collections.abc.__all__:
    if not hasattr(collections, name):
        setattr(collections, name, getattr(collections.abc, name))
