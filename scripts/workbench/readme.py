"""The tables of addons in README.md, written from the manifests."""

from . import addons, paths
from .steps import Failure, say

README = paths.ROOT / "README.md"
BEGIN, END = "<!-- addons: written by `make format` -->", "<!-- addons: end -->"


def table(known=None):
    """Both tables as they should be: what a person installs, and what comes along."""
    known = addons.discover() if known is None else known
    chosen, bridges = [], []
    for addon in known.values():
        if addon.manifest.get("auto_install"):
            stock = [name for name in addon.depends if name not in known]
            reason = " and ".join(f"`{name}`" for name in stock or addon.depends)
            bridges.append(
                f"| `{addon.name}` | {addon.manifest['summary']} | {reason} |"
            )
        else:
            chosen.append(f"| `{addon.name}` | {addon.manifest['summary']} |")
    return "\n".join(
        [
            "Install one or more of these:",
            "",
            "| addon | what it does |",
            "| --- | --- |",
            *chosen,
            "",
            "These install themselves where both sides are there:",
            "",
            "| addon | what it does | with |",
            "| --- | --- | --- |",
            *bridges,
        ]
    )


def current():
    """The tables as they are."""
    text = README.read_text()
    if BEGIN not in text or END not in text:
        raise Failure(f"README.md has lost the marks {BEGIN} and {END}")
    return text.split(BEGIN)[1].split(END)[0].strip()


def write():
    """Bring the tables up to date."""
    if current() == table():
        return
    text = README.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")
    say("    written: the tables of addons in README.md")
