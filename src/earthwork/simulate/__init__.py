"""Scenes and reports whose truth is known."""
