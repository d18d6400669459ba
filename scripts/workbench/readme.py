"""The table of addons in README.md, written from the manifests."""

from . import addons, paths
from .steps import Failure, say

README = paths.ROOT / "README.md"
BEGIN, END = "<!-- addons: written by `make format` -->", "<!-- addons: end -->"


def table(known=None):
    """The table as it should be."""
    known = addons.discover() if known is None else known
    lines = ["| addon | what it does | installed |", "| --- | --- | --- |"]
    for addon in known.values():
        if addon.manifest.get("auto_install"):
            stock = [name for name in addon.depends if name not in known]
            when = f"by itself, with {' and '.join(stock or addon.depends)}"
        else:
            when = "by you"
        lines.append(f"| `{addon.name}` | {addon.manifest['summary']} | {when} |")
    return "\n".join(lines)


def current():
    """The table as it is."""
    text = README.read_text()
    if BEGIN not in text or END not in text:
        raise Failure(f"README.md has lost the marks {BEGIN} and {END}")
    return text.split(BEGIN)[1].split(END)[0].strip()


def write():
    """Bring the table up to date."""
    if current() == table():
        return
    text = README.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")
    say("    written: the table of addons in README.md")
