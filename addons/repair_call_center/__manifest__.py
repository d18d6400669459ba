{
    "name": "Call Center Repairs",
    "summary": "Open repairs in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["repair", "call_center"],
    "auto_install": True,
}
