{
    "name": "Dealer Locator Portal",
    "summary": "Dealers accept, decline and report in the portal",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["portal", "crm_dealer_locator"],
    "data": [
        "security/ir.model.access.csv",
        "security/portal_dealer_locator_security.xml",
        "views/portal_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": ["portal_dealer_locator/static/src/**/*"],
    },
    "auto_install": True,
}
