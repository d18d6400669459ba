{
    "name": "Call Center Credit Hold",
    "summary": "Customers over their risk limits, in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["account_financial_risk", "account_call_center"],
    "auto_install": True,
}
