"""The plan of an invented city, before anything is done to it."""
