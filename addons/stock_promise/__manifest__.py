{
    "name": "Delivery Promises",
    "summary": "Available to promise, held promises and the dates they give",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Inventory",
    "depends": ["stock", "resource"],
    "data": [
        "security/stock_promise_security.xml",
        "security/ir.model.access.csv",
        "data/ir_sequence_data.xml",
        "data/ir_cron_data.xml",
    ],
    "post_init_hook": "post_init_hook",
    "application": True,
    "installable": True,
}
