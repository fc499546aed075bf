"""Shipments: one parcel watched from the carrier's first word to its end (sop L1-L3). Pure."""
