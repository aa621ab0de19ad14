"""What changed between two dates, as candidates."""
