"""Facts to a system model: names, values, calls and data accesses resolved."""
