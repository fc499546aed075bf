"""The support lead's web pages: reads the store, acts through starters."""
