"""Reviews: what customers say about products."""
