"""Sentences of the answer, in the reader's language."""

from functools import lru_cache

import pytz
from babel.dates import format_datetime

from odoo.tools.misc import babel_locale_parse, get_lang


def kilometres(env, km):
    return env._("%(number)s km", number=_number(env, km, 1 if km < 100 else 0))


def _number(env, value, digits=1):
    """As formatLang, which takes longer than the whole ranking."""
    return f"{value:.{digits}f}".replace(".", get_lang(env).decimal_point)


def share_message(env, share):
    """What a criterion is worth, as a sentence."""
    if share.code == "distance":
        return env._("%(km)s away", km=kilometres(env, share.values["km"]))
    what = share.values.get("message") or _criterion(env, share.code, share.values)
    if not round(share.km, 1):
        return what
    worth = kilometres(env, abs(share.km))
    if share.km > 0:
        return env._("%(what)s: worth %(km)s", what=what, km=worth)
    return env._("%(what)s: costs %(km)s", what=what, km=worth)


def _criterion(env, code, values):
    write = _CRITERIA.get(code)
    return write(env, values) if write else code


def _history(env, values):
    return env._(
        "Knows this customer (sales: %(sold)s, service jobs: %(served)s)",
        sold=values["sold"],
        served=values["served"],
    )


def _complaints(env, values):
    return env._("This customer complained (%(number)s)", number=values["complaints"])


def _service_level(env, values):
    return env._("Service level “%(level)s”", level=level_name(env, values["has"]))


def _load(env, values):
    return env._(
        "%(load)s of %(capacity)s requests are open",
        load=values["load"],
        capacity=values["capacity"],
    )


def _open(env, values):
    return env._("Open now, until %(time)s", time=_moment(env, values["until"]))


def _opens(env, values):
    return env._("Closed, opens %(time)s", time=_moment(env, values["next_open"]))


def _language(env, values):
    # sudo: the name of a language is no secret
    name = (
        env["res.lang"]
        .sudo()
        .search(
            [("code", "=", values["lang"]), ("active", "in", [True, False])], limit=1
        )
        .name
    )
    return env._("Speaks %(language)s", language=name or values["lang"])


def _acceptance(env, values):
    return env._(
        "Accepted %(accepted)s of %(asked)s requests",
        accepted=values["accepted"],
        asked=values["asked"],
    )


def _response(env, values):
    return env._(
        "Answers within %(hours)s hours on average",
        hours=_number(env, values["hours"]),
    )


_CRITERIA = {
    "history": _history,
    "complaints": _complaints,
    "service_level": _service_level,
    "load": _load,
    "open": _open,
    "opens": _opens,
    "closed": lambda env, _values: env._("Closed, with no opening in sight"),
    "hours_unknown": lambda env, _values: env._("Opening hours are not known"),
    "language": _language,
    "acceptance": _acceptance,
    "response": _response,
}


def excluded_message(env, code, values, names=None):
    """Why a rule kept a dealer out."""
    return _EXCLUDED[code](env, values, names or {})


def _out_status(env, values, _names):
    selection = dict(
        env["dealer.profile"]._fields["status"]._description_selection(env)
    )
    return env._("Not active (%(status)s)", status=selection[values["status"]])


def _out_exclusive(env, values, names):
    known = [names[id_] for id_ in values["holders"] if id_ in names]
    if not known:
        return env._("This place belongs to another dealer exclusively")
    return env._(
        "This place belongs to %(dealers)s exclusively", dealers=", ".join(known)
    )


def _out_skill(env, values, _names):
    Skill = env["dealer.skill"]
    if values["expired"]:
        names = Skill.browse(values["expired"]).mapped("name")
        return env._("Expired: %(skills)s", skills=", ".join(names))
    names = Skill.browse(values["missing"]).mapped("name")
    return env._("Lacks: %(skills)s", skills=", ".join(names))


def _out_level(env, values, _names):
    return env._(
        "Service level “%(has)s”, asked for is “%(asked)s”",
        has=level_name(env, values["has"]),
        asked=level_name(env, values["asked"]),
    )


def _out_distance(env, values, _names):
    return env._(
        "%(km)s away, further than %(most)s",
        km=kilometres(env, values["km"]),
        most=kilometres(env, values["max_km"]),
    )


def _out_capacity(env, values, _names):
    return env._(
        "Full: %(load)s of %(capacity)s requests are open",
        load=values["load"],
        capacity=values["capacity"],
    )


_EXCLUDED = {
    "status": _out_status,
    "declined": lambda env, _values, _names: env._("Declined, or left out by request"),
    "position": lambda env, _values, _names: env._("The dealer's position is unknown"),
    "exclusive": _out_exclusive,
    "territory": lambda env, _values, _names: env._("Does not serve this place"),
    "skill": _out_skill,
    "service_level": _out_level,
    "distance": _out_distance,
    "capacity": _out_capacity,
}


def relax_message(env, code):
    """Which rule to leave aside, where nobody fulfils all of them."""
    return {
        "distance": env._("Nobody fits all rules. Further away than asked:"),
        "capacity": env._("Nobody fits all rules. With no room for more requests:"),
        "service_level": env._("Nobody fits all rules. Of a lower service level:"),
        "skill": env._("Nobody fits all rules. Without every skill asked for:"),
        "territory": env._("Nobody fits all rules. Outside their territory:"),
        "exclusive": env._("Nobody fits all rules. Though another's exclusively:"),
    }[code]


def level_name(env, level):
    selection = env["dealer.profile"]._fields["service_level"]
    return dict(selection._description_selection(env))[str(level)]


def _moment(env, moment):
    """A moment in the reader's time zone."""
    return _written(moment, str(env.tz), env.lang or "en_US")


@lru_cache(maxsize=4096)
def _written(moment, tz, lang):
    # Many dealers open and close at the same moments.
    local = pytz.utc.localize(moment).astimezone(pytz.timezone(tz))
    return format_datetime(
        local, "EEE d MMM HH:mm", locale=babel_locale_parse(lang), tzinfo=local.tzinfo
    )
