"""What others reach us by over HTTP: a program of its own, with one module for each kind of door."""
