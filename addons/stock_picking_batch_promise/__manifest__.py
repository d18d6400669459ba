{
    "name": "Delivery Promises: Batches",
    "summary": "What is picked in a batch keeps its goods",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Supply Chain/Delivery",
    "depends": ["stock_promise", "stock_picking_batch"],
    "auto_install": True,
}
