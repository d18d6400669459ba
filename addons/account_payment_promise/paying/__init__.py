# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Plain modules: what became of promises to pay (``settle``), and what the books know
of payments (``books``)."""
