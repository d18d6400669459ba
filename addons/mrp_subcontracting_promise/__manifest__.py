{
    "name": "Delivery Promises: Subcontracting",
    "summary": "Subcontracted goods are promised with the components that we send",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Manufacturing",
    "depends": ["mrp_promise", "purchase_stock_promise", "mrp_subcontracting"],
    "auto_install": True,
}
