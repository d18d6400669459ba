"""What the engine says: to whoever asks, and again to each later reader."""

from collections import defaultdict
from datetime import date
from functools import lru_cache

import babel.dates

from odoo import models
from odoo.tools.misc import babel_locale_parse, formatLang, get_lang, posix_to_ldml
from odoo.tools.translate import get_translation

from ..promising import words
from ..promising.words import Day, Days, Joined, Names, Quantity, Said, Terms

_lt = Terms(__name__)
#: keys of what is kept that are texts, or what they mean
TEXTS = ("message", "neutral", "said", "said_neutral")


@lru_cache(maxsize=4096)
def _day_in_words(day, code, date_format):
    locale = babel_locale_parse(code)
    date_format = posix_to_ldml(date_format, locale=locale)
    return babel.dates.format_date(day, format=date_format, locale=locale)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    # -- for whoever asks --------------------------------------------------------------

    def _say(self, sentence):
        """A sentence (``_lt("…", …)``) in the language of whoever asks."""
        module, term, values = sentence
        lang = self.env.lang or "en_US"
        if lang == "en_US":
            text = term % values if values else term
        else:
            text = get_translation(module, lang, term, values)
        return Said(text, sentence)

    def _join(self, separator, parts):
        return Said(separator.join(parts), Joined(separator, tuple(parts)))

    def _quantity(self, quantity, unit):
        return Said(
            self._quantity_in_words(quantity, unit), Quantity(quantity, unit.id)
        )

    def _quantity_in_words(self, quantity, unit):
        digits = 0
        if quantity != round(quantity) and unit.compare(quantity, round(quantity)):
            digits = 2
        if not digits and quantity < 1000:
            # No language groups three digits, and most quantities are of this kind.
            number = f"{quantity:.0f}"
        else:
            number = formatLang(self.env, quantity, digits=digits)
        return f"{number} {unit.name}"

    def _days(self, days):
        return Said(self._days_in_words(days), Days(days))

    def _days_in_words(self, days):
        return formatLang(self.env, days, digits=0 if days == int(days) else 1)

    def _calendar_day(self, day):
        """A day of the calendar, a date or its ordinal."""
        if isinstance(day, int):
            day = date.fromordinal(day)
        return Said(self._day_in_words(day), Day(day.toordinal()))

    def _day_in_words(self, day):
        lang = get_lang(self.env)
        return _day_in_words(day, lang.code, lang.date_format)

    def _local_date(self, moment, schedule):
        return self._calendar_day(schedule._local(moment).date())

    def _named(self, record, name=None, neutral=None):
        """A record by name, which the caller may read.

        :param neutral: the sentence for readers who may not
        """
        name = name or self._origin_name(record)
        return name and Said(name, Names(((record._name, record.id),), neutral))

    def _all_named(self, names):
        """Several of :meth:`_named` as one; who may read some of them reads those."""
        if all(isinstance(name, Said) for name in names):
            records = tuple(one for name in names for one in name.meant.records)
            return Said(", ".join(names), Names(records))
        return self._join(", ", names)

    def _product(self, product):
        """A product by name, where it is not the one that is asked for."""
        return self._named(product, product.display_name, _lt("a part"))

    def _of_part(self, checked, product, message):
        """What is said, of a part of what is asked for."""
        if product == checked.product:
            return message
        return self._say(
            _lt("%(part)s: %(message)s", part=self._product(product), message=message)
        )

    def _public(self, answer):
        """An answer as the public API gives it: plain texts."""
        for line in answer["lines"]:
            for entry in (*line["reasons"], *line["alternatives"]):
                for key in ("message", "neutral"):
                    if key in entry:
                        entry[key] = str(entry[key])
        return answer

    # -- kept, and for each reader -----------------------------------------------------

    def _keep(self, entries):
        """Reasons, or alternatives, as they are kept: with what their texts mean."""
        kept = []
        for entry in entries:
            entry = dict(entry)
            for key, meaning in (("message", "said"), ("neutral", "said_neutral")):
                text = entry.get(key)
                if isinstance(text, Said):
                    entry.update({key: str(text), meaning: words.keep(text)})
            kept.append(entry)
        return kept

    def _keep_text(self, text):
        return self._keep([{"message": text}])[0]

    def _tell(self, kept):
        """What was kept, in the language of the user and as far as he may read it; a
        few queries for all of it.

        :param kept: list of lists of :meth:`_keep`
        :return: the same with ``message`` alone of the texts; left out is what names
            what the user may not read and cannot be said without
        """
        # Also where another document shows it to the user with all rights.
        engine = self.sudo(False)
        voice = Voice(engine, [entry for entries in kept for entry in entries])
        return [
            [
                {
                    **{key: entry[key] for key in entry if key not in TEXTS},
                    "message": text,
                }
                for entry in entries
                if (text := voice.tell(entry))
            ]
            for entries in kept
        ]

    def _tell_texts(self, kept):
        """As :meth:`_tell`, for single texts; False for those without."""
        told = self._tell([[entry] if entry else [] for entry in kept])
        return [entries[0]["message"] if entries else False for entries in told]

    def _origin_name(self, record):
        """The name of a record in the words for a customer; falsy for nobody."""
        return record.display_name

    def _named_models(self):
        """The models whose documents an answer may name."""
        return ["stock.picking"]

    def _may_read_origins(self):
        """Whether the user may read what a stored answer names, where it is not known
        which documents these are."""
        env = self.sudo(False).env
        # A customer on the portal has access to such documents, but to his own alone.
        return env.user._is_internal() and all(
            env[name].has_access("read") for name in self._named_models()
        )


class Voice:
    """Says to one user what was kept."""

    def __init__(self, engine, entries):
        self._engine = engine
        self._lang = engine.env.lang or "en_US"
        self._modules = engine.env.registry._init_modules
        self._may_read_origins = engine._may_read_origins()
        self._names = self._read_names(entries)

    def _read_names(self, entries):
        wanted = defaultdict(set)
        for entry in entries:
            for key in ("said", "said_neutral"):
                for model, ids in words.named(entry.get(key)).items():
                    wanted[model] |= ids
        env = self._engine.env
        # sudo: the names of units are no secret
        units = env["uom.uom"].sudo().with_context(active_test=False)
        found = units.search([("id", "in", list(wanted.pop("uom.uom", ())))])
        self._units = {unit.id: unit for unit in found}
        names = {}
        for model, ids in wanted.items():
            if model not in env or not env.user._is_internal():
                continue
            records = env[model].with_context(active_test=False)
            if not records.has_access("read"):
                continue
            for record in records.search([("id", "in", list(ids))]).with_env(env):
                names[model, record.id] = self._engine._origin_name(record)
        return names

    def tell(self, entry):
        """The text of an entry; falsy for what cannot be said to this user."""
        said = entry.get("said")
        if not said:
            # kept as a text alone
            if self._may_read_origins:
                return entry["message"]
            return entry.get("neutral", entry["message"])
        for kept, text in (
            (said, entry["message"]),
            (entry.get("said_neutral"), entry.get("neutral")),
        ):
            if not kept:
                continue
            try:
                return str(words.say(kept, self))
            except words.Unsaid:
                continue
            except (KeyError, LookupError, TypeError, ValueError):
                # A translation that does not fit, an addon that is gone: as it was
                # said at first, unless that names too much.
                if self._may_read(kept):
                    return text
        return entry.get("neutral")

    def _may_read(self, kept):
        return all(
            (model, record_id) in self._names
            for model, ids in words.named(kept).items()
            if model != "uom.uom"
            for record_id in ids
        )

    # -- what texts are made of --------------------------------------------------------

    def term(self, module, term):
        if module not in self._modules:
            raise LookupError(module)
        return get_translation(module, self._lang, term, ())

    def quantity(self, amount, unit_id):
        return self._engine._quantity_in_words(amount, self._units[unit_id])

    def days(self, days):
        return self._engine._days_in_words(days)

    def day(self, day):
        return self._engine._day_in_words(day)

    def name(self, model, record_id):
        return self._names.get((model, record_id))
