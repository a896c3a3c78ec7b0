"""Cuts the monolith's code down to what one service needs."""

from decompose.slice.cutting import slice_service

__all__ = ["slice_service"]
