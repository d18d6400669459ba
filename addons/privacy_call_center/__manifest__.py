{
    "name": "Call Center Privacy",
    "summary": "Calls and phone numbers in the privacy look-up",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["privacy_lookup", "call_center"],
    "auto_install": True,
}
