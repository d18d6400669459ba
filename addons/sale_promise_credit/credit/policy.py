"""Whether credit is given: plain Python."""

from .values import Reason, Verdict

#: what a company's choice of action makes of a customer who is over a limit
STATES = {
    "warn": "warned",
    "no_hold": "no_hold",
    "wait": "waiting",
    "refuse": "refused",
}
#: amounts are compared to the cent
CENT = 0.005


def judge(terms, exposure, limit, amount, today, paid=0.0):
    """What becomes of a document.

    :param terms: :class:`~.values.Terms`
    :param exposure: :class:`~.values.Exposure`, without the document
    :param limit: the customer's limit, None where there is none; 0.0 is no credit
    :param amount: what the document adds, with tax
    :param paid: how much of it is paid or authorized already
    :return: :class:`~.values.Verdict`
    """
    if terms.action == "ignore":
        return Verdict()
    needed = amount - max(paid, 0.0)
    if needed < CENT or needed <= terms.grace_amount + CENT:
        return Verdict()
    reasons = tuple(_reasons(terms, exposure, limit, needed, today))
    if not reasons:
        return Verdict()
    return Verdict(STATES[terms.action], reasons, terms.keep_goods)


def _reasons(terms, exposure, limit, needed, today):
    if terms.by_limit and limit is not None:
        total = exposure.total + needed
        if total > limit + CENT:
            code = "no_credit" if limit < CENT else "over_limit"
            yield Reason(code, {"total": total, "limit": limit})
    late = exposure.late
    if terms.overdue_amount and late > terms.overdue_amount + CENT:
        yield Reason("overdue_amount", {"overdue": late})
    if terms.overdue_days and not (terms.overdue_amount or terms.overdue_share):
        if late > CENT:
            yield Reason("overdue_days", {"overdue": late, "days": terms.overdue_days})
    if terms.overdue_share and exposure.uncovered > CENT:
        share = 100.0 * late / exposure.uncovered
        if share > terms.overdue_share + 1e-9:
            yield Reason("overdue_share", {"overdue": late, "share": share})
    if terms.oldest_days and exposure.oldest:
        days = (today - exposure.oldest).days
        if days > terms.oldest_days:
            yield Reason("oldest_item", {"days": days})
