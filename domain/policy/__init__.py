"""Policies: every figure of the desk, validated, versioned by content, pinned to cases."""
