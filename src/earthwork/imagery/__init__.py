"""Images made comparable."""
