"""Readers: the bytes of a file to facts, and a framework's idioms to routes, tables and entries."""
