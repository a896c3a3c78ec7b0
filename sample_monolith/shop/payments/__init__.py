"""Payments: money in, money back, and the callbacks of the provider."""
