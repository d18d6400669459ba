{
    "name": "Delivery Promises: Supplier Calendar",
    "summary": "Vendors' lead times count on their own working days",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Purchase",
    "depends": ["purchase_stock_promise", "supplier_calendar"],
    "auto_install": True,
}
