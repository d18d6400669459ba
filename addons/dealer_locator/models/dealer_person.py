from odoo import fields, models


class DealerPerson(models.Model):
    _name = "dealer.person"
    _inherit = "company.guard"
    _description = "Person at a Dealer"
    _order = "dealer_id, role, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    dealer_id = fields.Many2one(
        "dealer.profile",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="dealer_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, ondelete="cascade", check_company=True
    )
    role = fields.Selection(
        [
            ("manager", "Manager"),
            ("sale", "Sales"),
            ("service", "Service"),
            ("warranty", "Warranty"),
        ],
        default="sale",
        required=True,
    )

    _person_unique = models.UniqueIndex(
        "(dealer_id, partner_id, role)", "This person has this role already."
    )
