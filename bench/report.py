# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The results of bench/run.py in words."""

import os
import platform
from datetime import date

HEADER = """\
# Performance

This page is written by `make bench ARGS="--report docs/performance.md"`; nothing in it
is typed by hand. Run it on your own machine before you compare: the ratios say more
than the milliseconds.

"""

METHOD = """
## What is compared

- `simulate` answers the earliest date on which a quantity can be promised without
  taking from any order already accepted: on hand, open receipts and deliveries,
  manufacturing orders as moves, held promises and quotations, over all of the future.
- "Quantity at one date" is stock Odoo's `virtual_available` with `to_date` 30 days
  ahead, for the same products in the same warehouse: what the availability widget of a
  quotation line reads. It neither finds a date nor looks ahead.
- Of each product 50 to 150 are on the shelf, with some ten receipts and ten deliveries
  to come; a line asks for 1 to 60. Where known supply does not suffice, `simulate`
  also looks for a way to buy or make the rest, which has no counterpart in stock Odoo.
- Scanning is the way to a date with stock Odoo alone: that quantity on 91 days.
- Stock Odoo's forecast report of a product is what its page shows: what is on hand and
  which receipt is for which delivery.
- What is made in three levels has eight bought parts in seven bills of materials, and
  nothing of it on the shelf. Stock Odoo's overview of the bill is the nearest it has:
  availability and lead times of all parts.
- Looking a number up is measured over HTTP, from a session of the web client, among all
  contacts: p95 of 200 calls, the median of three runs, against a call that does
  nothing.
- Holds and quotations are made by 8 XML-RPC clients at once, on a server with 4
  workers. A hold checks, locks, computes, and writes a promise with its line and claim;
  a bare quotation is `sale.order.create` with one line, with nothing checked.

Both sides are called in the same process as the same user, each call in a transaction
of its own with an empty record cache, taking turns on products that change from call
to call, after `VACUUM ANALYZE`. The figures are medians. What a worker remembers
between requests (0021 in docs/decisions), it remembers on both sides: stock Odoo keeps
access rights and record rules in the same cache.

## Where the time goes

A `simulate` of one line takes three statements: one for the warehouse and one for the
products, since record rules may hide them from the user, and one for all that is on
hand, planned, claimed and quoted. A company with a history of lateness has a fourth,
for how sure the date is. What has to be bought or made takes more: Odoo's own routes,
vendors and bills are asked, level by level. A line of a hundred costs mostly Python:
its events are put in order, and its reasons written in words.

A product with very many open moves costs what it takes to read them; they are added up
by day in PostgreSQL. Stock Odoo reads those of the next thirty days, `simulate` all of
them, since it looks ahead over all that is known. The row with a date after all of them
compares what is alike.
"""


def facts(databases, size):
    """What a reader has to know about the machine and the data."""
    import odoo.release

    version = databases.query("SHOW server_version")[0][0]
    buffers = databases.query("SHOW shared_buffers")[0][0]
    return {
        "Date": date.today().isoformat(),
        "Data": size.describe(),
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{_memory():.0f} GiB",
        "System": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{version}, shared_buffers {buffers}",
        "Odoo": odoo.release.version,
        "Load": f"{os.getloadavg()[0]:.1f} in the last minute",
    }


def _processor():
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _cells(row):
    ratio = f"{row.ratio:.2f}" if row.ratio < 10 else f"{row.ratio:.0f}"
    goal = row.goal
    if row.reached is not None:
        goal += ": reached" if row.reached else ": MISSED"
    return (
        row.what,
        f"{row.first:.1f} {row.unit}",
        f"{row.second:.1f} {row.unit}",
        ratio,
        goal or "–",
    )


def table(rows):
    """The results as a Markdown table that can be read in a terminal, too."""
    lines = [
        ("A / B", "A", "B", "A / B", "goal"),
        *map(_cells, rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    text = [
        "| "
        + " | ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        )
        + " |"
        for line in lines
    ]
    text.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(text)


def document(rows, known):
    lines = [f"| {name} | {value} |" for name, value in known.items()]
    return (
        HEADER
        + "## Results\n\n"
        + table(rows)
        + "\n\n| on | |\n| --- | --- |\n"
        + "\n".join(lines)
        + "\n"
        + METHOD
    )
