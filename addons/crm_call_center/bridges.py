"""What bridges may override of this add-on; see ``call_center/bridges.py``."""

HOOKS = {
    "phone.caller": {
        "_caller_lead_values(lead)": """What a lead's line says: tuples as
            ``_caller_record`` takes them.""",
        "_caller_lead_alerts(leads)": """The alerts of the leads' section.""",
    },
}

HELPERS = {
    "phone.caller": {
        "_caller_lead_domain(record)": """The Domain of a caller's open leads.""",
    },
}
