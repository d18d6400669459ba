{
    "name": "Call Center: Standby",
    "summary": "Tells telephone systems to try again while the database is away",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Hidden/Tools",
    "depends": ["base"],
    # Named in server_wide_modules and installed in no database: what is both cannot be
    # uninstalled.
    "installable": False,
}
