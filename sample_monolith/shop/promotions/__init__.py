"""Promotions: discount codes."""
