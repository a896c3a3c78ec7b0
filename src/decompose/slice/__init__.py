"""Cuts the monolith's code down to what one service needs."""

from decompose.slice.cutting import slice_services

__all__ = ["slice_services"]
