{
    "name": "Call Center",
    "summary": "Phone directory, call log and caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["phone_validation", "contacts", "bus"],
    "external_dependencies": {"python": ["phonenumbers", "cryptography"]},
    "data": [
        "security/call_center_groups.xml",
        "security/ir.model.access.csv",
        "security/call_center_security.xml",
        "data/ir_cron.xml",
        "views/phone_call_views.xml",
        "views/call_provider_views.xml",
        "views/phone_directory_views.xml",
        "views/res_partner_views.xml",
        "views/res_users_views.xml",
        "views/call_center_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "call_center/static/src/**/*",
        ],
        "web.assets_tests": [
            "call_center/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "fill_phone_directory",
    "application": True,
}
