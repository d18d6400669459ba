{
    "name": "Promise Desk Base",
    "summary": "Comes with the others: keeps records to their companies",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Hidden/Tools",
    "depends": ["base"],
}
