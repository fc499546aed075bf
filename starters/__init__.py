"""The ways in: the typed client and the command line."""
