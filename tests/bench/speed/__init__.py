"""How fast an analysis is, beside tools that read less."""
