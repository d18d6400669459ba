{
    "name": "Delivery Promises: Purchase",
    "summary": "What is short is promised by what vendors deliver",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Purchase",
    "depends": ["stock_promise", "purchase_stock"],
    "data": [
        "views/product_supplierinfo_views.xml",
        "views/res_config_settings_views.xml",
        "views/delivery_promise_report_views.xml",
    ],
    "auto_install": True,
}
