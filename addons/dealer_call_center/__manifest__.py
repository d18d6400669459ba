{
    "name": "Dealer Locator Call Center",
    "summary": "The right dealer while the phone still rings",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["crm_call_center", "crm_dealer_locator"],
    "assets": {
        "web.assets_backend": ["dealer_call_center/static/src/**/*"],
    },
    "auto_install": True,
}
