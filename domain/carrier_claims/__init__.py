"""Claims against carriers: filed, proven, answered, paid, so that money comes back (sop L6)."""
