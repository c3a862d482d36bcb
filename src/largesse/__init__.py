"""Largesse: live gifting with books that anyone can check."""

__version__ = "0.1.0"
