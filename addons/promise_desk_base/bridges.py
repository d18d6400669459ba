"""What add-ons may import of this one; a test compares this with what they do."""

#: modules that bridges import
MODULES = {
    "tools": "waiting",
    "tools.waiting": "WaitedTooLong, and the budget for waiting of a request",
}
