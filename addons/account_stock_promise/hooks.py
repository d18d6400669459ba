def post_init_hook(env):
    """The facts of all orders are written by the job, in slices of time."""
    env["promise.cash.renewal"]._renew_all()
    env.ref("account_stock_promise.ir_cron_promise_cash")._trigger()
