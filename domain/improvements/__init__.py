"""Improvements: what keeps going wrong goes to a department, until it stays away (sop C15, C16, L6)."""
