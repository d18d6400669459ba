{
    "name": "Credit of Callers",
    "summary": "Agents read what the credit policy says of a caller",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Productivity/Call Center",
    "depends": ["sale_promise_credit", "financial_risk_call_center"],
    "auto_install": True,
}
