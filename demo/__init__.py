"""One real day of returns, played against the whole system."""
