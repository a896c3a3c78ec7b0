"""Catalogue: what is for sale, and how people find it."""
