"""What has to travel through methods of Odoo, as a mark in the context; it is taken
only from our own code."""

from odoo.addons.stock_promise.models.own_context import own

#: written in the course of an adjustment; it must not start another one
WATCHED = {"promise_watched": own(True)}
