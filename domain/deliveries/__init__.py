"""Delivery exceptions: what went wrong with a parcel, and what the customer gets for it (sop L4–L6)."""
