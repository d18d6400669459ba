"""What bridges may override of this add-on; see ``call_center/bridges.py``."""

HOOKS = {
    "phone.caller": {
        "_caller_credit_alerts(record)": """The alerts of the credit section, without
            amounts: who sells may not read what customers owe.""",
    },
}
