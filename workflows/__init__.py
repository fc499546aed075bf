"""The story of each case and of each refund."""
