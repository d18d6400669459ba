"""What bridges may override and call of this add-on; see ``call_center/bridges.py``."""

HOOKS = {
    "phone.caller": {
        "_caller_order_date(order)": """The date that the customer was given, or
            False.""",
        "_caller_is_late(order, date)": """Whether the day of an order's date is
            over.""",
    },
}
HELPERS = {
    "phone.caller": {
        "_caller_order_alerts(orders)": """The alerts about orders that are late.""",
    },
}
