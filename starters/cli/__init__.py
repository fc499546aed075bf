"""The command line: each module parses, calls one thing, prints and exits."""
