from odoo import api, fields, models

from ..ranking.values import Known


class DealerCustomer(models.Model):
    """What a dealer has had to do with a customer: entered, imported, or counted by
    the addons that know of it."""

    _name = "dealer.customer"
    _inherit = "company.guard"
    _description = "Customer of a Dealer"
    _order = "last_contact desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    dealer_id = fields.Many2one(
        "dealer.profile",
        required=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="dealer_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="cascade",
        check_company=True,
        domain="[('parent_id', '=', False)]",
    )
    sold_count = fields.Integer("Sales")
    served_count = fields.Integer("Service Jobs")
    complaint_count = fields.Integer("Complaints")
    last_contact = fields.Datetime()

    _customer_unique = models.UniqueIndex(
        "(partner_id, dealer_id)", "This customer is known to this dealer already."
    )
    _dealer_index = models.Index("(dealer_id)")
    _counts_positive = models.Constraint(
        "CHECK (sold_count >= 0 AND served_count >= 0 AND complaint_count >= 0)",
        "Sales, service jobs and complaints cannot be less than 0.",
    )

    @api.model
    def _known(self, partner):
        """{dealer id: Known} of a customer: of the person and of their company."""
        ids = {partner.id, partner.commercial_partner_id.id} - {False}
        found = {}
        if not ids:
            return found
        for row in self.search_fetch([("partner_id", "in", list(ids))]):
            before = found.get(row.dealer_id.id, Known())
            found[row.dealer_id.id] = Known(
                before.sold + row.sold_count,
                before.served + row.served_count,
                before.complaints + row.complaint_count,
                max(
                    filter(None, (before.last_contact, row.last_contact)), default=None
                ),
            )
        return found
