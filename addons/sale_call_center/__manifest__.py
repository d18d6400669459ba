{
    "name": "Call Center Sales",
    "summary": "Quotations and orders in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["sale", "call_center"],
    "data": ["views/sale_order_views.xml"],
    "assets": {
        "web.assets_backend": [
            "sale_call_center/static/src/**/*",
        ],
    },
    "auto_install": True,
}
