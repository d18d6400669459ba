"""Where the numbers of the report come from."""

from odoo.tools import SQL

#: what a delivery is measured by: its name here, and the column of the date
BASES = {
    "requested": "requested_date",
    "first": "first_promised_date",
    "latest": "due_date",
}
#: those dates in the table of lines: latest is the promise that was in force when its
#: day ended, however late it was promised again
DATES = {
    "requested_date": SQL("l.requested_date"),
    "first_promised_date": SQL("l.first_promised_date"),
    "due_date": SQL("COALESCE(l.missed_date, l.promised_date)"),
    "delivered_date": SQL("l.delivered_date"),
    "cancelled_date": SQL("l.cancelled_date"),
}
