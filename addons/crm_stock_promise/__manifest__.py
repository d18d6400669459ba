{
    "name": "CRM Delivery Promises",
    "summary": "Products on leads, with delivery dates that hold",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Sales/CRM",
    "depends": ["sale_crm", "sale_stock_promise"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_stock_promise_security.xml",
        "wizard/crm_lead_promise_paste_views.xml",
        "report/crm_promise_need_report_views.xml",
        "views/crm_lead_promise_line_views.xml",
        "views/crm_lead_views.xml",
        "views/delivery_promise_views.xml",
        "views/crm_stock_promise_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crm_stock_promise/static/src/**/*",
        ],
        "web.assets_tests": [
            "crm_stock_promise/static/tests/tours/*.js",
        ],
    },
    "auto_install": True,
}
