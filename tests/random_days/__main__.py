# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Play random working days.

make random-days                                       # 100 days
make random-days DAYS=2000 SEED=7                      # as many, and others
make random-days SEED=7 ARGS="--from 501 --to 1000"    # a slice of them
make random-days DAYS=2000 SEED=7 ARGS="--journal days.jsonl"
                       # goes on where it was stopped: each day is kept in the file
make random-days ARGS="--day 7/31"                     # one day again, step by step

Ctrl-C ends it and prints what was played.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT / "scripts", ROOT / "tests"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))


def main():
    from random_days.run import run

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--to", dest="last", type=int)
    parser.add_argument("--journal", help="file that keeps what was played")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--day", help="play only this day (SEED/NUMBER), and tell it")
    parser.add_argument("--no-reduce", action="store_true")
    parser.add_argument("--stop", type=int, default=0, help="after so many failures")
    parser.add_argument("--often", help="kinds to be drawn more often, with commas")
    parser.add_argument("--tell", action="store_true", help="print every day")
    options = parser.parse_args()
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
