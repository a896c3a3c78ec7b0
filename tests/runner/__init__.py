"""Tests of the program that runs a generated system on one machine."""
