"""The harness that runs real applications to compare the static analysis with."""
