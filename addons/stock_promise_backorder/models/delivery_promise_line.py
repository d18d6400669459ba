"""A date that is lost to a run is the greatest risk there is: noted with its cause, and
told to who is responsible."""

from odoo import api, fields, models

from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)
CAUSE = "backorder"


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    risk_cause = fields.Selection(
        selection_add=[(CAUSE, "Its goods were given to others")],
        ondelete={CAUSE: "set other"},
    )

    def _note_lost_date(self, run):
        """Mark these lines, whose date others have now."""
        engine = self.env["delivery.promise.engine"]
        said = engine._say(_lt("Its goods went to others in %s.", run.name))
        # sudo: risks are written by the engine alone
        self.sudo().write(
            {
                "at_risk": True,
                "feasible_date": False,
                "risk_said": engine._keep_text(said),
                "risk_cause": CAUSE,
                "risk_model": run._name,
                "risk_res_id": run.id,
                "risk_user_id": self.env.uid,
                "risk_since": fields.Datetime.now(),
            }
        )

    def _lost_its_date(self):
        """Whether the line lost its date to a run and has none again."""
        self.ensure_one()
        return self.at_risk and self.risk_cause == CAUSE and not self.promised_date

    def _risk_dates(self, tz=None):
        if self._lost_its_date():
            return self.env._("%s: no date any more", self.product_id.display_name)
        return super()._risk_dates(tz)


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _write_risks(self, risks):
        """What lost its date stays at risk until it has one again, wherever its goods
        would be by now."""
        lost = (
            self.env["delivery.promise.line"]
            .browse(risks)
            .filtered(lambda line: line._lost_its_date())
        )
        return super()._write_risks(
            {line_id: risks[line_id] for line_id in risks if line_id not in lost.ids}
        )
