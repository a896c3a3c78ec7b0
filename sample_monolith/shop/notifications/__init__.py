"""Notifications: messages to customers and what triggers them."""
