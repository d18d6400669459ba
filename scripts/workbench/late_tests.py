"""Start Odoo such that all tests run once everything is loaded.

Run as a program with Odoo's arguments. Odoo runs the tests that are tagged "at
install" as soon as their addon is loaded, when the addons that extend it are installed
in the database, but not loaded: a column that one of those requires then refuses each
insert, stock Odoo's own columns too. What is to be shown is that these tests pass
beside the suite, so they wait for it.
"""

import odoo.cli
from odoo.tests import loader
from odoo.tests.suite import OdooSuite

_make_suite = loader.make_suite


def make_suite(module_names, position="at_install"):
    """As Odoo's, with the tests "at install" among those "post install"."""
    if position == "at_install":
        return OdooSuite()
    names = list(module_names)
    return OdooSuite(
        [*_make_suite(names, "at_install"), *_make_suite(names, "post_install")]
    )


if __name__ == "__main__":
    loader.make_suite = make_suite
    odoo.cli.main()
