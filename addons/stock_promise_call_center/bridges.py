"""What bridges may override of this add-on; see ``call_center/bridges.py``."""

HOOKS = {
    "phone.caller": {
        "_caller_promise_domain(record)": """The promises of a caller that are not
            delivered yet.""",
        "_caller_promise_alerts(promises)": """The alerts of the promises' section.""",
    },
}
