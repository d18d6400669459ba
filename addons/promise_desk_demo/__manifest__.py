{
    "name": "Promise Desk: Demo Company",
    "summary": "A distributor of car parts, with something true on every screen",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Hidden",
    "depends": [
        "promise_desk",
        "crm_stock_promise",
        "mrp_promise",
        "purchase_stock",
        "sale_mrp",
        "sale_management",
    ],
    "data": [
        "data/res_partner_data.xml",
        "data/product_data.xml",
        "data/mrp_bom_data.xml",
    ],
    "post_init_hook": "post_init_hook",
}
