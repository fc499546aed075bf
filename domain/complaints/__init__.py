"""Complaints: what may be asked, what follows, what is told (sop C1–C17)."""
