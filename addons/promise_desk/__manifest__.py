{
    "name": "Promise Desk",
    "summary": "From a call to a lead with a delivery date that holds",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    # the two bridges install themselves with the rest; named, because their methods
    # are extended here
    "depends": [
        "crm_stock_promise",
        "crm_call_center",
        "sale_call_center",
        "stock_promise_call_center",
        "stock_promise_backorder",
        # the Sales application: without it no menu leads to an order
        "sale_management",
    ],
    "data": [
        "views/delivery_promise_views.xml",
        "views/promise_desk_overview.xml",
        "views/promise_desk_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["promise_desk/static/src/**/*"],
        "web.assets_tests": [
            "promise_desk/static/tests/tours/**/*",
        ],
    },
    "application": True,
}
