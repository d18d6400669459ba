# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How late planned things turn out to be: plain Python, no ORM, no database.

``history`` answers for deliveries (groups of cases, from fine to coarse), ``payments``
for what customers owe (each customer's own level and spread). Both count what has not
come yet as "later than today", and correct their 90 % level by what came of earlier
answers (``level``). ``pool`` has Kaplan and Meier's estimate, ``backtest`` the loss by
which both are judged.
"""
