{
    "name": "Delivery Promises: Transit",
    "summary": "Days on the way by carrier and destination, in the carrier's calendar",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Delivery",
    "depends": ["sale_stock_promise", "stock_delivery"],
    "data": [
        "security/ir.model.access.csv",
        "security/delivery_stock_promise_security.xml",
        "views/delivery_transit_time_views.xml",
        "views/delivery_carrier_views.xml",
    ],
    "auto_install": True,
}
