{
    "name": "Delivery Promises: Manufacturing",
    "summary": "Kits are promised by their components",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Manufacturing",
    "depends": ["stock_promise", "mrp"],
    "data": [],
    "auto_install": True,
    "installable": True,
}
