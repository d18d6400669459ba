"""The suite's addons as their manifests describe them."""

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .steps import Failure


@dataclass(frozen=True)
class Addon:
    name: str
    path: Path
    manifest: dict

    @property
    def depends(self):
        return tuple(self.manifest.get("depends", ()))

    @property
    def has_tests(self):
        return any(self.path.glob("tests/test_*.py"))

    def fingerprint(self):
        """A hash of the addon's files, to know when a database is out of date."""
        digest = hashlib.sha256()
        for path in sorted(self.path.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(self.path)).encode())
                digest.update(b"\0")
                digest.update(path.read_bytes())
        return digest.hexdigest()


def discover(folder=None):
    """All installable addons in a folder, by name."""
    found = {}
    for manifest in sorted(Path(folder or paths.ADDONS).glob("*/__manifest__.py")):
        try:
            values = ast.literal_eval(manifest.read_text())
        except (SyntaxError, ValueError) as error:
            raise Failure(f"{manifest} cannot be read: {error}") from None
        complete = (manifest.parent / "__init__.py").exists()
        if complete and values.get("installable", True):
            name = manifest.parent.name
            found[name] = Addon(name, manifest.parent, values)
    return found


def choose(text, known):
    """The addons that a person named ("a,b" or "a b"); all if none were."""
    names = text.replace(",", " ").split()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failure(
            f"no addon {', '.join(unknown)}. There are: {', '.join(known) or 'none'}"
        )
    return {name: known[name] for name in names} if names else dict(known)


def outside(names, known):
    """Dependencies of the named addons that are not ours, through all of ours."""
    found, todo, seen = set(), list(names), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in known:
            todo.extend(known[name].depends)
        else:
            found.add(name)
    return tuple(sorted(found))


def fingerprint(chosen):
    """One hash over several addons."""
    digest = hashlib.sha256()
    for name in sorted(chosen):
        digest.update(f"{name}:{chosen[name].fingerprint()}\n".encode())
    return digest.hexdigest()
