"""Extreme weather: windows over regions, and whom they touch (sop L7)."""
