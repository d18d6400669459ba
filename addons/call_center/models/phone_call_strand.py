from odoo import api, fields, models

from ..telephony import joining, strands


class PhoneCallStrand(models.Model):
    """What was told of a call under one of its ids; of calls with several alone."""

    _name = "phone.call.strand"
    _description = "Id of a Phone Call"
    _rec_name = "external_id"
    _order = "id"

    call_id = fields.Many2one(
        "phone.call", required=True, index=True, ondelete="cascade"
    )
    provider_id = fields.Many2one("call.provider", required=True, ondelete="cascade")
    external_id = fields.Char("Call ID", required=True)
    is_continued = fields.Boolean(help="The call went on under another id.")
    direction = fields.Char()
    from_number = fields.Char()
    to_number = fields.Char()
    queue = fields.Char()
    started_at = fields.Datetime()
    answered_at = fields.Datetime()
    ended_at = fields.Datetime()
    cause = fields.Char()

    _external_unique = models.UniqueIndex(
        "(provider_id, external_id)", "This id is a call's already."
    )

    def _facts(self):
        call = self.call_id
        return [
            joining.Facts(
                strand.external_id,
                strands.is_outside(
                    call, strand.direction, strand.from_number, strand.to_number
                ),
                strand.is_continued,
                *(strand[name] for name in FACTS),
            )
            for strand in self
        ]

    @api.model
    def _call_of(self, provider, external_id):
        """The call that an id belongs to beside its own."""
        strand = self.search(
            [("provider_id", "=", provider.id), ("external_id", "=", external_id)]
        )
        return strand.call_id

    @api.model
    def _of_call(self, call):
        """A call's strands; of a call with one id alone what it is itself is taken."""
        if not call.strand_ids:
            values = {name: call[name] for name in FACTS}
            self._ensure(call, call.external_id, values)
        return call.strand_ids

    @api.model
    def _ensure(self, call, external_id, values=None):
        """The strand of an id, with nothing told under it yet if it is new."""
        strand = call.strand_ids.filtered(lambda one: one.external_id == external_id)
        return strand or self.create(
            {
                "call_id": call.id,
                "provider_id": call.provider_id.id,
                "external_id": external_id,
                **(values or {}),
            }
        )


#: the fields that strands and calls share, in the order of :class:`joining.Facts`
FACTS = joining.Facts._fields[3:]
