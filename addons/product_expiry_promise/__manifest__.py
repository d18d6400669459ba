{
    "name": "Delivery Promises: Expiration Dates",
    "summary": "Goods are promised until their removal date",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Inventory",
    "depends": ["stock_promise", "product_expiry"],
    "auto_install": True,
}
