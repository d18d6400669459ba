{
    "name": "Bus: Kept Connection",
    "summary": "Each server process keeps one connection to tell the bus",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["bus", "call_center"],
    "auto_install": True,
}
