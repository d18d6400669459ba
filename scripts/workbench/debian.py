"""Odoo 19 from Debian unstable's package, through an apt of our own.

No root is needed and the machine's apt is not touched: the lists, the cache and
the sources are ours; only the mirror's address, the keyring and apt's own settings
(a proxy, say) are the machine's.
"""

import contextlib
import os
import subprocess
from pathlib import Path

from .steps import Failure, program, run, say, step

UNSTABLE, STABLE = "sid", "bookworm"
# What the package links to. Unstable's Font Awesome 7 lacks the files of version
# 4, and its Inconsolata lacks the .otf, so these two come from bookworm.
PACKAGES = {
    UNSTABLE: (
        "odoo-19",
        "libjs-jquery",
        "libjs-underscore",
        "libjs-jquery-form",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
    ),
    STABLE: ("fonts-inconsolata", "fonts-font-awesome"),
}
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
_FIELDS = "$(REPO_URI)|$(CODENAME)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"


def unpack_odoo(work):
    """Fetch and unpack the packages below a working folder; return the tree."""
    with private_apt(work, PACKAGES) as apt:
        wanted = [
            f"{name}/{suite}" for suite, names in PACKAGES.items() for name in names
        ]
        with step("Fetching Debian's package odoo-19 and what it links to"):
            debs = apt.download(wanted)
        tree = work / "tree"
        with step("Unpacking it"):
            for deb in debs:
                run(["dpkg-deb", "-x", deb, tree])
        return tree


def unpack_merged(debs, root):
    """Unpack packages into one tree in which /bin is a link to /usr/bin, as on a
    machine of today."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for deb in debs:
        _extract(deb, root)


def _extract(deb, root):
    """As ``dpkg-deb -x``, but through the links that merge /bin into /usr/bin."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE
    ) as archive:
        run(
            ["tar", "-x", "-C", root, "--keep-directory-symlink", "--no-same-owner"],
            what=f"unpacking {deb.name}",
            stdin=archive.stdout,
        )
        archive.stdout.close()
    if archive.returncode:
        raise Failure(f"{deb.name} cannot be read")


@contextlib.contextmanager
def private_apt(work, suites):
    """An apt of our own that has read the suites' lists, by the first of the
    machine's mirrors that has them."""
    for name in ("apt-get", "dpkg-deb"):
        if not program(name):
            raise Failure(f"this machine has no {name}: it is not Debian")
    keyring = next((path for path in KEYRINGS if Path(path).is_file()), None)
    if not keyring:
        raise Failure("Debian's keyring (debian-archive-keyring) is not installed")
    found = mirrors(_index_targets(), codename())
    if not found:
        raise Failure("the machine's apt names no Debian mirror")
    problems = []
    for mirror in found:
        apt = _PrivateApt(work / "apt", mirror, keyring, suites)
        try:
            with step(f"Reading the package lists of {mirror}"):
                apt.update()
        except Failure as failure:
            problems.append(str(failure))
            continue
        yield apt
        return
    raise Failure("\n".join(problems))


def codename():
    """The machine's release, as in /etc/os-release."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return ""
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values.get("VERSION_CODENAME", "").strip('"')


def _index_targets():
    command = ["apt-get", "indextargets", "--format", _FIELDS, "Created-By: Packages"]
    return run(command).stdout


def mirrors(targets, release):
    """Addresses of the Debian archive among the machine's sources, in their order.

    Left out: security archives and third parties'. Before the first update apt
    knows no origin, so the suite's name decides too; in the end it is Debian's
    signature on unstable that tells.
    """
    found = []
    for line in targets.splitlines():
        address, code, suite, component, origin = (line.split("|") + [""] * 5)[:5]
        if not address or component != "main" or origin not in ("", "Debian"):
            continue
        if "security" in suite or "security" in address:
            continue
        names = {code or suite, suite}
        known = {release, f"{release}-updates", "stable", "testing", "unstable"}
        if names & (known | {STABLE, UNSTABLE}) and address not in found:
            found.append(address)
    return found


class _PrivateApt:
    def __init__(self, folder, mirror, keyring, suites):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "debs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(
            "".join(
                f"deb [signed-by={keyring}] {mirror} {suite} main\n" for suite in suites
            )
        )
        self.options = [
            f"-oDir::State::Lists={folder}/lists",
            f"-oDir::State::status={folder}/status",
            f"-oDir::Cache={folder}/cache",
            f"-oDir::Etc::sourcelist={folder}/sources.list",
            "-oDir::Etc::sourceparts=-",
            "-oDir::Etc::preferences=-",
            "-oDir::Etc::preferencesparts=-",
            "-oAcquire::Languages=none",
            "-oAcquire::Retries=2",
            "-oAPT::Get::List-Cleanup=0",
            "-oDebug::NoLocking=1",
        ]
        if os.geteuid() == 0:
            # apt's own download user may not enter the folder of the clone.
            self.options.append("-oAPT::Sandbox::User=root")

    def update(self):
        result = run(
            ["apt-get", *self.options, "update", "--error-on=any"],
            what="apt-get update",
            timeout=600,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        for line in result.stdout.splitlines():
            if line.startswith("W:"):
                say(f"    {line}")

    def download(self, wanted):
        """The packages themselves; returns the files."""
        run(
            ["apt-get", *self.options, "download", *wanted],
            what="apt-get download",
            cwd=self.folder / "debs",
            timeout=1800,
        )
        return sorted((self.folder / "debs").glob("*.deb"))

    def download_with_dependencies(self, *wanted, seconds=600):
        """The packages and all that they need on an empty machine."""
        run(
            [
                *("apt-get", *self.options, "-oAPT::Install-Recommends=false"),
                *("-y", "--download-only", "install", *wanted),
            ],
            what="apt-get install --download-only",
            timeout=seconds,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        return sorted((self.folder / "cache" / "archives").glob("*.deb"))
