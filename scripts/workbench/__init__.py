"""What the Makefile's targets do: set up, run, test and check the suite.

Standard library only, because it starts with a bare machine's python3.
"""
