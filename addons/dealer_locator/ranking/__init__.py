"""Which dealer suits best, computed without the ORM."""
