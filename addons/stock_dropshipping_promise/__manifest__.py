{
    "name": "Delivery Promises: Drop-shipping",
    "summary": "What vendors send straight to customers has the vendor's date",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Purchase",
    "depends": [
        "sale_stock_promise",
        "purchase_stock_promise",
        "stock_dropshipping",
    ],
    "auto_install": True,
}
