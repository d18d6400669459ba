"""The hold of a lead follows what is changed on the lead: its lines, its customer and
warehouse, its salesperson, its company."""

from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong

from . import holding

#: fields of the lead that its dates depend on
PROMISE_FIELDS = {
    "promise_warehouse_id",
    "promise_shipping_policy",
    "promise_allow_split",
    "promise_partial",
    "partner_id",
}


def companies_before(leads, vals):
    """{lead: company} of the leads whose company may change by these values: it is
    computed from the salesperson, the team and the customer as well."""
    if {"company_id", "user_id", "team_id", "partner_id"}.isdisjoint(vals):
        return {}
    # sudo: only compared
    return {lead: lead.sudo().company_id for lead in leads}


def with_rights_on_hold(leads):
    """These leads, with the rights on them and their holds that the user has by
    now."""
    leads.check_access("write")
    promises = leads.env["delivery.promise"].union(
        *(lead._live_promise() for lead in leads)
    )
    # sudo: the rights are checked here, before the lead is somebody else's
    return leads.sudo() if promises.has_access("write") else leads


def promise_values(leads):
    """{lead: what its dates depend on}, to be compared before and after a change."""
    # sudo: only compared, also where the lead has become somebody else's
    return {
        lead: tuple(
            lead[name].id if lead._fields[name].relational else lead[name]
            for name in sorted(PROMISE_FIELDS)
        )
        for lead in leads.sudo()
    }


def follow_lines(leads):
    """After a change of the lines: move the hold at once, or say why it cannot be
    moved; without a hold, forget dates that were given for something else."""
    for lead in leads:
        if lead._live_promise():
            holding.lock(lead)
            try:
                holding.rehold(lead)
            except WaitedTooLong:
                raise
            except UserError as error:
                raise UserError(
                    leads.env._(
                        "%(promise)s cannot follow this change, so nothing was"
                        " changed: %(problem)s\nChange it to what can be delivered,"
                        " or release the hold first.",
                        promise=lead.promise_id.name,
                        problem=str(error),
                    )
                ) from error
        else:
            forget_dates(lead)


def follow_head(leads):
    """After a change of customer, warehouse or shipping: the same, except that a
    new customer is never refused; the hold then keeps its dates."""
    for lead in leads:
        promise = lead._live_promise()
        if not promise or promise.partner_id == lead.partner_id:
            follow_lines(lead)
            continue
        try:
            with leads.env.cr.savepoint():
                follow_lines(lead)
        except WaitedTooLong:
            raise
        except UserError as error:
            promise.partner_id = lead.partner_id
            lead.message_post(
                body=leads.env._(
                    "The customer changed, but the dates could not be computed"
                    " again. The hold stays as it was. %s",
                    str(error),
                )
            )


def follow_salesperson(leads):
    """The salesperson of the lead answers for its hold."""
    for lead in leads:
        promise = lead._live_promise()
        user = lead.user_id
        # sudo: where a colleague works, and whose the hold is
        companies = user.sudo().company_ids
        if promise.sudo().company_id in companies and promise.user_id != user:
            # sudo: handing a lead to a colleague is a right on the lead; its hold
            # then belongs to the colleague, and no longer to the user
            promise.sudo().user_id = lead.user_id


def follow_company(leads, before):
    """A hold claims the goods of one company: it cannot move to another.

    A lead that belongs to no company any more keeps it: nobody else has it.

    :param before: {lead: company} before the change
    """
    for lead in leads:
        # sudo: the lead may be another company's by now, and its hold as well
        lead_sudo = lead.sudo()
        company = lead_sudo.company_id
        if lead not in before or company == before[lead] or not company:
            continue
        promise = lead_sudo._live_promise()
        if promise and promise.company_id != company:
            promise._release(leads.env._("The opportunity changed its company."))
            forget_dates(lead_sudo)
        if lead_sudo.promise_warehouse_id.company_id not in (
            company,
            leads.env["res.company"],
        ):
            lead_sudo.promise_warehouse_id = False


def forget_dates(lead, lines=None):
    """Dates that were given for something else are not shown any more.

    :param lines: those of the lead that they were given for; all if not given
    """
    lead.ensure_one()
    if lines is None:
        lines = lead.promise_line_ids._to_promise()
    # sudo: only whether anything was answered
    known = lines.sudo().filtered(
        lambda line: line.checked_date or line.checked_reasons
    )
    if not known and not lines.promise_line_id:
        return
    lines.write(lines._forgotten())
    # sudo: the engine's answer is not the user's to write
    lines.sudo().write({"checked_reasons": False, "checked_parts": False})
    lead.promise_is_stale = True
