"""Tests of `decompose verify`."""
