{
    "name": "Delivery Promises: Delivery Windows",
    "summary": "Customers are promised dates at which they take delivery",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Delivery",
    "depends": ["stock_promise", "stock_partner_delivery_window"],
    "auto_install": True,
}
