"""The suite beside Odoo's own applications, whichever was there first.

An application that is there first has changed the views that ours extend: the shop, for
one, puts a link in the place of the product's name on a customer's order.
"""

import subprocess

import pytest
from servers import copied_database

from workbench import addons, logcheck, odoo_process, odoo_source, paths
from workbench.templates import main_names

KNOWN = addons.discover()
OURS = main_names(KNOWN)
#: An application that needs one of these may change what we extend.
SHARED = {"sale", "stock", "purchase", "crm", "portal"}
#: Named besides: no applications, but what companies have and what changes orders,
#: leads and the shop.
BESIDES = (
    "delivery",
    "product_expiry",
    "sale_loyalty",
    "sale_margin",
    "sale_product_matrix",
    "stock_dropshipping",
    "stock_landed_costs",
    "stock_picking_batch",
    "website_crm_partner_assign",
    "website_sale_collect",
)
#: Reads every view of ours that extends another one, as a screen or a page does.
RENDER = """
names = %r
data = env["ir.model.data"].search(
    [("model", "=", "ir.ui.view"), ("module", "in", names)]
)
views = env["ir.ui.view"].browse(data.mapped("res_id")).filtered("inherit_id")
for view in views:
    root = view
    while root.inherit_id and root.mode != "primary":
        root = root.inherit_id
    if root.type == "qweb":
        env["ir.qweb"]._compile(root.id)
    else:
        env[root.model].get_view(root.id, root.type)
    arch = env["ir.ui.view"].browse(root.id)._get_combined_arch()
    assert len(arch) or arch.text, view.xml_id
print(f"RENDERED {len(views)} of {len(names)} addons")
"""


def stock_applications():
    """Odoo's own applications that share something with the suite."""
    folder = odoo_source.find().path / "odoo" / "addons"
    stock = addons.discover(folder)
    chosen = {
        name
        for name, addon in stock.items()
        if addon.manifest.get("application")
        and not name.startswith(("l10n_", "test_"))
        and _needs(name, stock) & SHARED
    }
    return sorted((chosen | set(BESIDES)) & set(stock))


def _needs(name, stock):
    found, todo = set(), [name]
    while todo:
        name = todo.pop()
        if name not in found and name in stock:
            found.add(name)
            todo.extend(stock[name].depends)
    return found


@pytest.mark.parametrize("first", ["stock", "suite"])
def test_it_installs_beside_odoos_own_applications(first, templates):
    applications = stock_applications()
    assert {"website_sale", "point_of_sale", "project"} <= set(applications)
    outside = {*addons.outside(OURS, KNOWN), *applications}
    if first == "stock":
        template, then = templates.stock_addons(outside), OURS
    else:
        template, then = templates.suite(), applications
    with copied_database(template, templates.environ) as database:
        log = paths.LOGS / "test" / f"beside-{first}.log"
        odoo_process.run_once(
            ["module", "install", "-d", database, *then],
            templates.environ,
            log,
            what=f"installing beside what was there ({first} first)",
            timeout=1200,
        )
        problems = [problem.text for problem in logcheck.problems(log)]
        assert not problems, "\n".join(problems)
        (state,) = templates.databases.query(
            "SELECT count(*), count(*) FILTER (WHERE state = 'installed')"
            " FROM ir_module_module WHERE name = ANY(%s)",
            [[*OURS, *applications]],
            database=database,
        )
        assert state[0] == state[1], "something is not installed"
        assert "RENDERED" in render(database, templates.environ)


def render(database, environ):
    """Read all of our views that extend another one; return what was printed."""
    result = subprocess.run(
        odoo_process.command("shell", "-d", database, "--no-http"),
        input=RENDER % OURS,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not result.returncode, result.stderr[-4000:]
    assert "Traceback" not in result.stderr, result.stderr[-4000:]
    return result.stdout
