"""Accounts: who customers and staff are, and how they prove it."""
