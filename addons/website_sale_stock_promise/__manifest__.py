{
    "name": "Delivery Promises in the Shop",
    "summary": "Dates on products and at checkout, held while a customer pays",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Website/Website",
    "depends": ["website_sale_stock", "delivery_stock_promise"],
    "data": [
        "views/product_templates.xml",
        "views/cart_templates.xml",
        "views/delivery_promise_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "website_sale_stock_promise/static/src/**/*",
        ],
    },
    "auto_install": True,
}
