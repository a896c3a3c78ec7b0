"""Shipping: methods, rates, parcels and the callbacks of the carrier."""
