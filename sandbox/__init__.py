"""A make-believe outside world over HTTP, with faults. For the demo and tests only."""
