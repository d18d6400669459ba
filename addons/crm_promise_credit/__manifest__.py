{
    "name": "Credit on Opportunities' Promises",
    "summary": "Holds of opportunities count at their prices, and wait for credit",
    "version": "19.0.1.0.0",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_stock_promise", "sale_promise_credit"],
    "data": ["views/crm_lead_views.xml"],
    "auto_install": True,
}
