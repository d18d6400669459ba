# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random working days, played by people with their rights, against a ledger of its own.

- ``clock``: one time for Python and for PostgreSQL, which only moves forward;
- ``desk``: what a person does is one request: one cursor, one commit, with retries;
- ``company``: the people, places and products that the days are played with;
- ``steps``: what people do, through the views and their buttons;
- ``books``: what the tables say, read by SQL alone;
- ``count``: the independent count, plain Python that knows nothing of the engine;
- ``checks``: what has to be true after each step;
- ``day``: a day that is drawn, played, replayed and reduced;
- ``known``: faults that are known and not mended yet; it only gets shorter.
"""
