{
    "name": "Call Center Helpdesk",
    "summary": "Open tickets and complaints in the caller panel",
    "version": "19.0.1.0.0",
    "category": "Productivity/Call Center",
    "author": "Promise Desk contributors",
    "website": "https://github.com/promise-desk/promise-desk",
    "license": "AGPL-3",
    "depends": ["helpdesk_mgmt", "call_center"],
    "data": ["views/helpdesk_ticket_category_views.xml"],
    "auto_install": True,
}
