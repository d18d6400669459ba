"""Dealers for who is on the telephone."""
