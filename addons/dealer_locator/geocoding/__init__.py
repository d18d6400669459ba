"""Asking a provider of positions, from the job alone."""
