from datetime import timedelta

from odoo import fields


def post_init_hook(env):
    """Dates for what is open are found by the job, soon."""
    env.ref("account_payment_promise.ir_cron_renew")._trigger(
        fields.Datetime.now() + timedelta(minutes=1)
    )


def uninstall_hook(env):
    """Activities would point at records that are no more."""
    # sudo: all of them, whoever they were for
    models = ["account.payment.promise", "account.payment.dispute"]
    env["mail.activity"].sudo().search([("res_model", "in", models)]).unlink()
