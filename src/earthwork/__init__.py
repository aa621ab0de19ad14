"""Earthwork: how a besieged city is being altered, from dated images and written reports."""

__version__ = "0.1.0"
