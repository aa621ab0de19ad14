"""The same works drawn into real pictures."""
