"""Bad input, given to the shipped program."""
