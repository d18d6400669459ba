{
    "name": "Promise Desk Statistics",
    "summary": "Comes with the others: how late deliveries and payments will be",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Hidden/Tools",
    "depends": ["base"],
}
