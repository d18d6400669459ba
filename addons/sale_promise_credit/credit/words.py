"""What is said of a verdict: to who sells, to who may see amounts, to the customer."""

from odoo.tools import formatLang


def may_see_amounts(env):
    """Whether the user may read what customers owe."""
    return env.su or any(
        env.user.has_group(group)
        for group in (
            "account_financial_risk.group_account_financial_risk_user",
            "account.group_account_readonly",
            "account.group_account_invoice",
        )
    )


def reasons(env, verdict, company):
    """The reasons of a verdict for the user: ``[{"code", "message"}]``."""
    if not env.user._is_internal():
        if verdict.state == "ok":
            return []
        return [{"code": "check", "message": for_customer(env, verdict.state)}]
    amounts = may_see_amounts(env)
    return [
        {"code": reason.code, "message": _message(env, reason, company, amounts)}
        for reason in verdict.reasons
    ]


def text(env, verdict, company):
    return " ".join(each["message"] for each in reasons(env, verdict, company))


def for_customer(env, state):
    """What a customer reads on their order: no reason, and what happens next."""
    if state == "refused":
        return env._(
            "We cannot confirm this order online at the moment. Please contact us: we"
            " will find a way together."
        )
    if state == "waiting":
        return env._(
            "Thank you. We check this order before we confirm it, and will tell you as"
            " soon as it is confirmed. There is nothing that you need to do."
        )
    if state == "no_hold":
        return env._(
            "These goods can be reserved for you once earlier invoices are settled."
            " Please contact us."
        )
    return ""


def _message(env, reason, company, amounts):
    figures = dict(reason.figures)
    # sudo: in which currency a company counts is no secret
    for key in ("total", "limit", "overdue"):
        if key in figures:
            figures[key] = formatLang(
                env, figures[key], currency_obj=company.sudo().currency_id
            )
    if reason.code == "over_limit":
        if amounts:
            return env._(
                "The credit limit would be exceeded: %(total)s of %(limit)s.", **figures
            )
        return env._("The customer's credit limit would be exceeded.")
    if reason.code == "no_credit":
        return env._("The customer has no credit and pays in advance.")
    if reason.code == "financial_risk":
        return env._("A limit on the customer's financial risk would be exceeded.")
    if reason.code == "overdue_share":
        if amounts:
            return env._(
                "%(share)s %% of what the customer owes is overdue (%(overdue)s).",
                share=formatLang(env, figures["share"], digits=0),
                overdue=figures["overdue"],
            )
        return env._("Too much of what the customer owes is overdue.")
    if reason.code == "oldest_item":
        if amounts:
            return env._(
                "The customer's oldest open item has been due for %(days)s days.",
                **figures,
            )
        return env._("An item of the customer has been due for too long.")
    if amounts:
        return env._("The customer has overdue items: %(overdue)s.", **figures)
    return env._("The customer has overdue items.")
