"""The addons' manifests, their files, and the graph that they form."""

import ast
import re
import struct

import pytest

from workbench import addons, odoo_source, paths, readme

KNOWN = addons.discover()
#: Never depends on another of them: each may be all that a company installs.
ROOTS = {
    "stock_promise",
    "call_center",
    "dealer_locator",
    "account_payment_promise",
}
#: What roots share without knowing of one another: it depends on Odoo's base alone.
SHARED = {"promise_desk_base", "promise_statistics"}
#: Which of our addons each depends on directly. An addon that is not listed is a
#: small bridge: it installs itself and joins ours with a stock one.
ARROWS = {
    "promise_desk_base": set(),
    "promise_statistics": set(),
    "account_payment_promise": {"promise_desk_base", "promise_statistics"},
    "stock_promise": {"promise_desk_base", "promise_statistics"},
    "purchase_stock_promise": {"stock_promise"},
    "mrp_promise": {"stock_promise"},
    "sale_stock_promise": {"stock_promise"},
    "delivery_stock_promise": {"sale_stock_promise"},
    "website_sale_stock_promise": {"delivery_stock_promise"},
    "crm_stock_promise": {"sale_stock_promise"},
    "account_stock_promise": {"sale_stock_promise"},
    "sale_promise_credit": {"sale_stock_promise"},
    "crm_promise_credit": {"crm_stock_promise", "sale_promise_credit"},
    "promise_credit_call_center": {"financial_risk_call_center", "sale_promise_credit"},
    "call_center": {"promise_desk_base"},
    "dealer_locator": {"promise_desk_base"},
    "crm_call_center": {"call_center"},
    "dealer_call_center": {"crm_call_center", "crm_dealer_locator"},
    "sale_call_center": {"call_center"},
    "account_call_center": {"call_center"},
    "stock_promise_call_center": {"call_center", "stock_promise"},
    "stock_promise_backorder": {"stock_promise"},
    "promise_desk": {
        "crm_stock_promise",
        "crm_call_center",
        "stock_promise_backorder",
    },
}
#: Installed by a person's choice or with another; all others install themselves.
CHOSEN = (
    ROOTS | SHARED | {"stock_promise_backorder", "promise_desk", "promise_desk_demo"}
)

every_addon = pytest.mark.parametrize("addon", KNOWN.values(), ids=KNOWN)


def closure(name):
    """All of ours that an addon depends on, directly or not."""
    found, todo = set(), [name]
    while todo:
        for dependency in KNOWN[todo.pop()].depends:
            if dependency in KNOWN and dependency not in found:
                found.add(dependency)
                todo.append(dependency)
    return found


@every_addon
def test_the_manifest_says_who_what_and_under_which_licence(addon):
    manifest = addon.manifest
    assert manifest["author"] == "Promise Desk contributors"
    assert manifest["license"] == "AGPL-3"
    assert manifest["website"] == "https://github.com/promise-desk/promise-desk"
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    assert manifest["name"]
    assert manifest["summary"]
    assert len(addon.depends) == len(set(addon.depends))


@every_addon
def test_the_addon_comes_with_what_people_look_for(addon):
    for name in ("DESCRIPTION.md", "CONFIGURE.md", "USAGE.md"):
        text = (addon.path / "readme" / name).read_text()
        assert text.strip(), f"readme/{name} is empty"
    assert (addon.path / "i18n" / f"{addon.name}.pot").is_file()
    assert addon.has_tests
    imported = (addon.path / "tests" / "__init__.py").read_text()
    for path in addon.path.glob("tests/test_*.py"):
        assert re.search(rf"\b{path.stem}\b", imported), f"{path.name} is not imported"


@every_addon
def test_the_icon_is_a_picture_of_the_usual_size(addon):
    head = (addon.path / "static" / "description" / "icon.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    assert width == height >= 128


@every_addon
def test_each_model_has_its_access_rights(addon):
    models = {
        value.value.replace(".", "_")
        for path in addon.path.rglob("*.py")
        if "tests" not in path.relative_to(addon.path).parts
        for value in _new_models(ast.parse(path.read_text()))
    }
    rules = addon.path / "security" / "ir.model.access.csv"
    text = rules.read_text() if rules.is_file() else ""
    missing = {name for name in models if f"model_{name}," not in text}
    assert not missing, f"no line in ir.model.access.csv for {sorted(missing)}"
    if rules.is_file():
        assert "security/ir.model.access.csv" in addon.manifest.get("data", ())


def _new_models(tree):
    """The _name values of classes that make a table of their own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}
        values = {
            target.id: statement.value
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        name, inherit = values.get("_name"), values.get("_inherit")
        if not bases & {"Model", "TransientModel"} or not isinstance(
            name, ast.Constant
        ):
            continue
        extended = {
            value.value
            for value in ast.walk(inherit or ast.Constant(None))
            if isinstance(value, ast.Constant)
        }
        if name.value not in extended:
            yield name


@every_addon
def test_every_dependency_is_declared_and_to_be_had(addon):
    source = odoo_source.find().path
    stock = {
        path.parent.name
        for folder in (source / "odoo" / "addons", source / "addons")
        for path in folder.glob("*/__manifest__.py")
    }
    wheels = set(
        re.findall(
            r"^odoo-addon-([\w-]+)==",
            (paths.ROOT / "requirements-addons.txt").read_text(),
            re.MULTILINE,
        )
    )
    unknown = set(addon.depends) - stock - wheels - set(KNOWN)
    assert not unknown, f"{addon.name} depends on {sorted(unknown)}: not to be had"


@every_addon
def test_only_code_of_declared_dependencies_is_imported(addon):
    allowed = closure(addon.name) | {addon.name}
    for path in addon.path.rglob("*.py"):
        for name in re.findall(r"odoo\.addons\.(\w+)", path.read_text()):
            assert name not in KNOWN or name in allowed, f"{path} imports {name}"


@every_addon
def test_the_arrows_are_those_of_the_architecture(addon):
    ours = set(addon.depends) & set(KNOWN)
    if addon.name in ARROWS:
        assert ours >= ARROWS[addon.name]
        # More only by name: bridges that would be there all the same.
        base = set().union(ARROWS[addon.name], *map(closure, ARROWS[addon.name]))
        for name in ours - base:
            assert KNOWN[name].manifest.get("auto_install"), name
            assert closure(name) <= base, f"{name} brings in more"
    elif not addon.name.endswith("_demo"):
        assert ours, f"{addon.name} joins none of our addons"
        assert set(addon.depends) - ours, f"{addon.name} joins them with nothing"


@every_addon
def test_bridges_install_themselves_and_the_rest_is_chosen(addon):
    automatic = bool(addon.manifest.get("auto_install"))
    assert automatic == (addon.name not in CHOSEN)


@every_addon
def test_no_cycles(addon):
    assert addon.name not in closure(addon.name)


@pytest.mark.parametrize("root", sorted(ROOTS & set(KNOWN)))
def test_roots_never_depend_on_one_another(root):
    assert closure(root) <= SHARED, f"{root} must stand alone"


@pytest.mark.parametrize("name", sorted(SHARED & set(KNOWN)))
def test_what_roots_share_depends_on_base_alone(name):
    assert KNOWN[name].depends == ("base",)


def test_the_readme_lists_every_addon():
    assert readme.current() == readme.table(KNOWN), "`make format` writes the table"


def test_no_address_of_a_package_index_is_written_down():
    words = "|".join(["pypi" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian"])
    folders = ("", "scripts/**/", "config/", "docs/**/", "docker/", ".ci/")
    found = [
        str(path.relative_to(paths.ROOT))
        for folder in folders
        for path in paths.ROOT.glob(f"{folder}*")
        if path.is_file() and re.search(words, path.read_text(errors="replace"))
    ]
    assert not found, "the machine's own configuration names them"
