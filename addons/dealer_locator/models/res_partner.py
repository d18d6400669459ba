from odoo import api, fields, models

from ..asking import check, rank


class ResPartner(models.Model):
    _inherit = "res.partner"

    dealer_profile_ids = fields.One2many(
        "dealer.profile",
        "partner_id",
        "Dealer",
        groups="dealer_locator.group_dealer_user",
    )

    @api.model
    @api.readonly
    def rank_dealers(self, request):
        """The dealers that suit a customer best, each with its reasons. Writes nothing.

        ``request``: ``{"partner_id", "latitude", "longitude", "zip", "city",
        "country_code", "purpose": "sale"|"service"|"warranty", "skill_ids",
        "service_level": "0".."3", "lang", "at", "exclude_ids", "limit", "max_km"}``,
        each absent or False where it is not known; ``at`` is in UTC.

        Returns ``{"latitude", "longitude", "approximate", "dealers": [{"partner_id",
        "name", "distance_km", "approximate", "score", "open", "next_open", "criteria":
        [{"code", "km", "message"}]}], "excluded": [{"partner_id", "code",
        "message"}], "relax": [{"code", "message", "dealers"}], "places": [{"name",
        "zip", "region", "country_code", "latitude", "longitude"}]}``. Distances and
        scores are in kilometres, the smallest score is best: the distance less what the
        other criteria are worth. ``excluded``: the nearest that a rule kept out.
        ``relax``, where nobody fits: rules that somebody would fit without. ``places``,
        where a name stands for several: ask again with the coordinates of one.

        :raises AccessError: for who may not read dealers
        :raises ValidationError: naming the key that is wrong
        """
        answer = self._rank_dealers(request)
        for rows in (answer, *answer["relax"]):
            for row in rows["dealers"]:
                del row["dealer_id"]
        for row in answer["excluded"]:
            del row["name"]
        return answer

    @api.model
    @api.readonly
    def _rank_dealers(self, request):
        """As :meth:`rank_dealers`; dealers with the id of their ``dealer.profile`` as
        ``dealer_id``, those who were kept out with their ``name``."""
        self.env["dealer.profile"].check_access("read")
        return rank.answer(self.env, check.check(self.env, request))

    @api.model
    def _rank_dealers_in_turn(self, requests):
        """As :meth:`_rank_dealers`, of many: what one is given counts for the next."""
        return rank.in_turn(
            self.env, [check.check(self.env, request) for request in requests]
        )

    def action_open_dealer(self):
        """The contact as a dealer; a new one, where they are none yet."""
        self.env["dealer.profile"].check_access("read")
        self.ensure_one()
        profiles = self.dealer_profile_ids
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Dealer"),
            "res_model": "dealer.profile",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.id},
        }
        if len(profiles) == 1:
            action["res_id"] = profiles.id
        elif profiles:
            action["views"] = [(False, "list"), (False, "form")]
            action["view_mode"] = "list,form"
            action["domain"] = [("id", "in", profiles.ids)]
        return action
