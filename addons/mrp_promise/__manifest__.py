{
    "name": "Delivery Promises: Manufacturing",
    "summary": "What is short is promised by when it can be made; kits by their parts",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Manufacturing",
    "depends": ["stock_promise", "mrp"],
    "data": [
        "security/ir.model.access.csv",
        "security/mrp_promise_security.xml",
        "views/delivery_promise_workcenter_claim_views.xml",
    ],
    "auto_install": True,
}
