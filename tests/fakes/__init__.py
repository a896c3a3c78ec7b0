"""Small stand-ins for the parts of other packages."""
