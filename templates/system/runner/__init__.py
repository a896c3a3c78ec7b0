"""Runs a system of services as processes of this machine. Standard library only."""
