import logging

from odoo.tests import tagged

from . import lookup_table
from .common import CallCenterCommon

_logger = logging.getLogger(__name__)


def suffix_search(env, number):
    """Search as older telephony add-ons did: the last eight digits, anywhere."""
    digits = "".join(char for char in number if char.isdigit())
    return env["res.partner"].search([("phone", "=like", f"%{digits[-8:]}")])


@tagged("post_install", "-at_install")
class TestLookupTable(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = {}
        cls.strangers = cls.Partner
        for position, base in enumerate(lookup_table.BASE_NUMBERS):
            cls.partners[lookup_table.e164(base)] = cls._partner(
                f"Contact {lookup_table.e164(base)}",
                lookup_table.stored_spelling(position),
                base[0],
            )
        strangers = set()
        for base in lookup_table.BASE_NUMBERS:
            strangers.update(lookup_table.neighbours(base))
        for number in sorted(strangers - set(cls.partners)):
            cls.strangers |= cls._partner(f"Stranger {number}", number)
        cls.table = lookup_table.spellings()

    def _figures(self, find):
        """(share of the spellings that find their contact, wrong contacts found)"""
        right = wrong = 0
        known = self.strangers.union(*self.partners.values())
        for spelling in self.table:
            found = find(spelling) & known
            right += self.partners[spelling.e164] in found
            wrong += len(found - self.partners[spelling.e164])
        return right / len(self.table), wrong

    def test_table_is_large_enough(self):
        self.assertGreaterEqual(len(self.table), 300)
        self.assertGreaterEqual(len({s.country for s in self.table}), 20)

    def test_every_spelling_finds_its_contact_and_no_other(self):
        for spelling in self.table:
            with self.subTest(spelling.rule, text=spelling.text):
                answer = self._lookup(spelling.text, country_code=spelling.country)
                self.assertEqual(
                    [(m["id"], m["certainty"]) for m in answer["matches"]],
                    [(self.partners[spelling.e164].id, "exact")],
                )
                self.assertEqual(answer["e164"], spelling.e164)

    def test_no_neighbour_is_taken_for_another(self):
        for stranger in self.strangers:
            with self.subTest(stranger.name):
                found = [record for record, _ in self._found(stranger.phone)]
                self.assertEqual(found, [stranger])

    def test_finds_more_than_stock_search_and_suffix_search(self):
        def ours(spelling):
            answer = self._lookup(spelling.text, country_code=spelling.country)
            return self.Partner.browse(m["id"] for m in answer["matches"])

        def stock(spelling):
            return self.Partner.search([("phone_mobile_search", "=", spelling.text)])

        figures = {
            "directory": self._figures(ours),
            "phone_mobile_search": self._figures(stock),
            "suffix search": self._figures(
                lambda spelling: suffix_search(self.env, spelling.text)
            ),
        }
        for name, (recall, wrong) in figures.items():
            _logger.info(
                "%s: recall %.1f %%, wrong matches %d of %d spellings",
                name,
                100 * recall,
                wrong,
                len(self.table),
            )
        self.assertEqual(figures["directory"], (1.0, 0))
        self.assertLess(figures["phone_mobile_search"][0], 0.6)
        self.assertLess(figures["suffix search"][0], 0.9)


@tagged("post_install", "-at_install")
class TestLookupTraps(CallCenterCommon):
    def test_traps(self):
        for trap in lookup_table.TRAPS:
            with self.subTest(trap.name):
                # where the contact has no country, it is not the company's either
                self.company.country_id = (
                    self.env.ref("base.fr") if not trap.stored_country else self.germany
                )
                partner = self._partner(trap.name, trap.stored, trap.stored_country)
                found = self._found(trap.called, country_code=trap.line_country)
                self.assertEqual(
                    found, [(partner, trap.expected)] if trap.expected else []
                )
                partner.unlink()
