{
    "name": "Call Center Sales",
    "summary": "Quotations and orders in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["sale", "call_center"],
    "auto_install": True,
}
