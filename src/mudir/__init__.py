"""Mudir: the workspace of the client manager, in Arabic and English."""

__version__ = "0.1.0"
