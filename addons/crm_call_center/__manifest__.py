{
    "name": "Call Center CRM",
    "summary": "Leads in the phone directory and in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["crm", "call_center"],
    "data": ["views/crm_lead_views.xml"],
    "assets": {
        "web.assets_backend": [
            "crm_call_center/static/src/**/*",
        ],
        "web.assets_tests": [
            "crm_call_center/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "fill_phone_directory",
    "auto_install": True,
}
