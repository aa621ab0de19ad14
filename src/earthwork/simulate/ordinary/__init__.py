"""Ordinary things that come and go, and fool people."""
