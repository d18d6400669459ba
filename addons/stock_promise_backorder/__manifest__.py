{
    "name": "Delivery Promises: Backorder Processing",
    "summary": "Goods given out anew: win, gain, redistribute, fill, lose",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Inventory",
    "depends": ["stock_promise", "queue_job"],
    "data": [
        "security/stock_promise_backorder_security.xml",
        "security/ir.model.access.csv",
        "data/ir_sequence_data.xml",
        "data/queue_job_data.xml",
        "views/delivery_promise_backorder_views.xml",
        "views/delivery_promise_backorder_line_views.xml",
        "views/stock_promise_backorder_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["stock_promise_backorder/static/src/**/*"],
        "web.assets_tests": ["stock_promise_backorder/static/tests/tours/**/*"],
    },
}
