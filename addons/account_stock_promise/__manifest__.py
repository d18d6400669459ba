{
    "name": "Promise to Cash",
    "summary": "Each order line from the first promise to the money",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["sale_stock_promise", "account"],
    "data": [
        "security/ir.model.access.csv",
        "security/account_stock_promise_security.xml",
        "data/ir_cron_data.xml",
        "report/promise_cash_report_views.xml",
        "views/account_stock_promise_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
