"""Whether the server answers, for the container's health check."""

import sys
import urllib.request

try:
    with urllib.request.urlopen(
        "http://127.0.0.1:8069/web/health", timeout=8
    ) as answer:
        sys.exit(answer.status != 200)
except OSError as error:
    sys.exit(str(error))
