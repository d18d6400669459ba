from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong


class CrmLead(models.Model):
    """Checking, holding, releasing: the buttons of a lead's products.

    Nothing here asks with more rights than the user has: who may change a lead may
    change its promise by the record rules of this addon, and what the reasons name
    is what the user may read.
    """

    _inherit = "crm.lead"

    # -- buttons -------------------------------------------------------------------

    def action_compute_promise(self):
        """Ask for the dates of the products and write them on the lines.

        Nothing is held. What is held or ordered keeps its date.
        """
        self.check_access("write")
        for lead in self:
            lead._compute_promise()
        return True

    def action_hold_promise(self):
        """Hold the products until the hold ends by itself: all of them, or none.

        On a lead that has a hold, what it does not cover yet joins it; pressed twice
        it holds once.

        :raises UserError: naming the product that has no date
        """
        self.check_access("write")
        # Before anything is read: a parallel hold is then waited for, not failed on.
        self.env["delivery.promise"]._begin_claim()
        for lead in self:
            lead._hold_promise()
        return True

    def action_release_promise(self):
        """Give the held products back. Without a hold there is nothing to do."""
        self.check_access("write")
        self._release_promise(self.env._("Released on the opportunity."))
        return True

    def action_extend_promise(self, hours=False):
        """Hold longer, by ``hours`` or as long as holds of the company last.

        How often and how far is limited by the settings of promises.
        """
        self.check_access("write")
        for lead in self:
            promise = lead._live_promise()
            if not promise:
                raise UserError(
                    self.env._(
                        "Nothing is held for %s, so there is nothing to extend. Hold"
                        " the products first.",
                        lead.display_name,
                    )
                )
            promise.action_extend(hours)
        return True

    def action_fill_expected_revenue(self):
        """Set the expected revenue to the amount of the products, at the prices of
        the customer's price list, in the company's currency."""
        self.check_access("write")
        for lead in self:
            if not lead.promise_line_ids:
                raise UserError(
                    self.env._(
                        "%s has no products to take the expected revenue from.",
                        lead.display_name,
                    )
                )
            lead.expected_revenue = sum(
                line.currency_id._convert(
                    line.price_subtotal,
                    lead.company_currency,
                    lead._promise_company(),
                    fields.Date.context_today(self),
                )
                for line in lead.promise_line_ids
            )
        return True

    def action_view_promise(self):
        """Open the delivery promise of the lead."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivery Promise"),
            "res_model": "delivery.promise",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.promise_id.id,
        }

    def action_paste_promise_lines(self):
        """Open the window in which products and quantities are pasted."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Paste Products"),
            "res_model": "crm.lead.promise.paste",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id},
        }

    # -- the request ---------------------------------------------------------------

    def _promise_warehouse(self):
        """Where the lead's quotations deliver from: the same place as the promise."""
        self.ensure_one()
        company = self._promise_company()
        if self.promise_warehouse_id.company_id == company:
            return self.promise_warehouse_id
        user = self.user_id or self.env.user
        # sudo: the salesperson's preference, to which the quotation defaults as well
        warehouse = user.sudo().with_company(company)._get_default_warehouse_id()
        return warehouse.with_env(self.env).filtered(
            lambda warehouse: warehouse.company_id == company
        )

    def _prepare_promise_request(self, lines):
        """The request of the public API for ``lines`` of this lead."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "company_id": self._promise_company().id,
            "warehouse_id": self._promise_warehouse().id,
            "shipping_policy": self.promise_shipping_policy,
            **self._promise_consent(),
            # not its title: promises are read by those who may not read it
            "origin": self.env._("Opportunity %s", self.id),
            "lines": [line._prepare_promise_request_line() for line in lines],
        }

    def _prepare_promise_vals(self):
        """What the held promise gets besides what it was asked for."""
        self.ensure_one()
        return {"lead_id": self.id, "user_id": (self.user_id or self.env.user).id}

    def _live_promise(self):
        """The promise that holds goods for the lead now, if any."""
        self.ensure_one()
        # sudo: to know that there is a hold; whoever changes it does it as themselves
        promise = self.sudo().promise_id
        return (promise if promise.state == "held" else promise[:0]).with_env(self.env)

    def _lines_to_promise(self):
        self.ensure_one()
        lines = self.promise_line_ids._to_promise()
        if lines:
            return lines
        if self.promise_line_ids:
            message = self.env._(
                "%s has no product left that could be promised: services are not"
                " delivered, and what was ordered has its promise already."
            )
        else:
            message = self.env._(
                "%s has no products yet. Add what the customer asks for first."
            )
        raise UserError(message % self.display_name)

    # -- checking and holding ------------------------------------------------------

    def _compute_promise(self):
        self.ensure_one()
        live = self._live_promise()
        lines = self._lines_to_promise().filtered(
            lambda line: not live or line.promise_line_id.promise_id != live
        )
        if lines:
            answer = self.env["delivery.promise"]._simulate(
                self._prepare_promise_request(lines)
            )
            for line, found in zip(lines, answer["lines"], strict=True):
                line._write_checked(found, self.env["delivery.promise.line"])
        self.write(
            {"promise_checked_date": fields.Datetime.now(), "promise_is_stale": False}
        )

    def _hold_promise(self):
        self.ensure_one()
        self._lock_promise()
        lines = self._lines_to_promise()
        if self._live_promise():
            self._rehold_promise()
            return
        promise, answer = self.env["delivery.promise"]._hold(
            self._prepare_promise_request(lines),
            vals=self._prepare_promise_vals(),
            line_vals=lines._prepare_promise_line_vals(),
        )
        self._rest_on_promise(promise)
        self._write_held_lines(lines, answer)
        # quotations that were made before the hold rest on it from now on
        self.sudo().order_ids._join_lead_hold()  # sudo: a colleague's as well

    def _rehold_promise(self):
        """Let the hold cover what the lead asks for now.

        :raises UserError: when a product has no date; the hold stays as it was
        """
        self.ensure_one()
        promise = self._live_promise()
        lines = self.promise_line_ids._to_promise()
        if not lines:
            self._release_promise(self.env._("All products were removed."))
            return
        request = self._prepare_promise_request(lines)
        before = self.promised_date
        answer = promise._rehold(request, lines._prepare_promise_line_vals())
        promise.write(
            {
                "partner_id": self.partner_id.id,
                "shipping_policy": request["shipping_policy"],
                **self._promise_consent(),
                "warehouse_id": request["warehouse_id"] or promise.warehouse_id.id,
            }
        )
        self._write_held_lines(lines, answer)
        # sudo: a colleague's quotations rest on the hold as well
        self.sudo().order_ids._follow_lead_date(promise, before, self.promised_date)

    def _write_held_lines(self, lines, answer):
        by_reference = {
            line.reference: line for line in self.promise_id.line_ids if line.reference
        }
        for line, found in zip(lines, answer["lines"], strict=True):
            promise_line = by_reference.get(line._promise_reference())
            line._write_checked(found, promise_line)
        self.write(
            {"promise_checked_date": fields.Datetime.now(), "promise_is_stale": False}
        )

    def _lock_promise(self):
        """Let one transaction at a time hold for a lead; the others wait, and then see
        the hold that was made."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM crm_lead WHERE id = ANY(%s) ORDER BY id"
                " FOR NO KEY UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset(["promise_id", "promise_state"], flush=False)

    def _release_promise(self, reason):
        """Release the holds of these leads, as far as there are any.

        Who may change a lead gives back what it holds, whoever may change promises:
        nothing would be left that somebody could release.
        """
        for lead in self:
            promise = lead._live_promise()
            if promise:
                # sudo: the right on the lead is enough, and is checked by the callers
                promise.sudo()._release(reason)

    def _take_ordered(self, promise):
        """Tie the products to an order's promise: its own lines first, then lines of
        the same product, in the same quantity if there is one."""
        self.ensure_one()
        mine = promise.line_ids
        lines = self.promise_line_ids._to_promise()
        free = mine - self.promise_line_ids.promise_line_id
        for same_quantity in (True, False):
            for line in lines.filtered(lambda line: line.promise_line_id not in mine):
                same = free.filtered(
                    lambda ordered, line=line: ordered.product_id == line.product_id
                )
                if same_quantity:
                    same = same.filtered(
                        lambda ordered, line=line: (
                            ordered.quantity == line.quantity
                            and ordered.product_uom_id == line.product_uom_id
                        )
                    )
                found = same[:1]
                if found:
                    line._linking().promise_line_id = found
                    free -= found
        if mine & self.promise_line_ids.promise_line_id and not self._live_promise():
            self._rest_on_promise(promise)
            promise.lead_id = self

    # -- following -----------------------------------------------------------------

    def _follow_promise_lines(self):
        """After a change of the lines: move the hold at once, or say why it cannot be
        moved; without a hold, forget dates that were given for something else."""
        for lead in self:
            if lead._live_promise():
                lead._lock_promise()
                try:
                    lead._rehold_promise()
                except WaitedTooLong:
                    raise
                except UserError as error:
                    raise UserError(
                        self.env._(
                            "%(promise)s cannot follow this change, so nothing was"
                            " changed: %(problem)s\nChange it to what can be delivered,"
                            " or release the hold first.",
                            promise=lead.promise_id.name,
                            problem=str(error),
                        )
                    ) from error
            else:
                lead._forget_promised_dates()

    def _follow_promise_head(self):
        """After a change of customer, warehouse or shipping: the same, except that a
        new customer is never refused; the hold then keeps its dates."""
        for lead in self:
            promise = lead._live_promise()
            if not promise or promise.partner_id == lead.partner_id:
                lead._follow_promise_lines()
                continue
            try:
                with self.env.cr.savepoint():
                    lead._follow_promise_lines()
            except WaitedTooLong:
                raise
            except UserError as error:
                promise.partner_id = lead.partner_id
                lead.message_post(
                    body=self.env._(
                        "The customer changed, but the dates could not be computed"
                        " again. The hold stays as it was. %s",
                        str(error),
                    )
                )

    def _follow_salesperson(self):
        """The salesperson of the lead answers for its hold."""
        for lead in self:
            promise = lead._live_promise()
            user = lead.user_id
            # sudo: where a colleague works, and whose the hold is
            companies = user.sudo().company_ids
            if promise.sudo().company_id in companies and promise.user_id != user:
                # sudo: handing a lead to a colleague is a right on the lead; its hold
                # then belongs to the colleague, and no longer to the user
                promise.sudo().user_id = lead.user_id

    def _follow_company(self, before):
        """A hold claims the goods of one company: it cannot move to another.

        A lead that belongs to no company any more keeps it: nobody else has it.

        :param before: {lead: company} before the change
        """
        for lead in self:
            # sudo: the lead may be another company's by now, and its hold as well
            lead_sudo = lead.sudo()
            company = lead_sudo.company_id
            if lead not in before or company == before[lead] or not company:
                continue
            promise = lead_sudo._live_promise()
            if promise and promise.company_id != company:
                promise._release(self.env._("The opportunity changed its company."))
                lead_sudo._forget_promised_dates()
            if lead_sudo.promise_warehouse_id.company_id not in (
                company,
                self.env["res.company"],
            ):
                lead_sudo.promise_warehouse_id = False

    def _forget_promised_dates(self, lines=None):
        self.ensure_one()
        if lines is None:
            lines = self.promise_line_ids._to_promise()
        # sudo: only whether anything was answered
        known = lines.sudo().filtered(
            lambda line: line.checked_date or line.checked_reasons
        )
        if not known and not lines.promise_line_id:
            return
        lines.write(lines._forgotten())
        # sudo: the engine's answer is not the user's to write
        lines.sudo().write({"checked_reasons": False, "checked_parts": False})
        self.promise_is_stale = True
