# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The job that promises again, as the server runs it, while somebody else promises the
same products just before its lock.

    python tests/again_worker.py DATABASE PROMISE-ID…
"""

import sys
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(database, *ids):
    config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
    registry = Registry(database)
    met = []
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        promises = env["delivery.promise"].browse(map(int, ids))
        promises.again_user_id = env.ref("base.user_admin")
        cr.commit()
        acquire = registry["delivery.promise.lock"]._acquire

        def after_somebody_else(self, keys):
            keys = sorted(keys)
            # later the job has the lock itself
            if not met:
                met.append(keys)
                with registry.cursor() as other:
                    locks = api.Environment(other, SUPERUSER_ID, {})
                    acquire(locks["delivery.promise.lock"], keys)
            return acquire(self, keys)

        with patch.object(
            registry["delivery.promise.lock"], "_acquire", after_somebody_else
        ):
            env["delivery.promise"]._cron_promise_again()
        assert met
        assert not promises.again_user_id


if __name__ == "__main__":
    main(*sys.argv[1:])
