"""The runtime of a service that was split off a monolith."""
