"""Applying a result."""
