"""The demo company's last weeks and next ones, told in order."""

from . import buying, calling, past, selling, sharing


def tell(env):
    """Make the documents of the demo company: once, in the main company."""
    env = env(
        user=env.ref("base.user_admin").id,
        context={
            **env.context,
            "mail_notrack": True,
            "mail_create_nosubscribe": True,
            # customers who are not there get no text message about a delivery
            "skip_sms": True,
        },
    )
    # The data files were loaded with all rights; what they left in memory (another
    # company's taxes on a product, say) the admin may not all read.
    env.invalidate_all()
    selling.sell_in_one_currency(env)
    past.remember(env)
    buying.fill_the_shelves(env)
    buying.order_more(env)
    sharing.rank(env)
    sharing.substitute(env)
    selling.ask(env)
    selling.order(env)
    selling.let_time_pass(env)
    calling.call(env)
    # what the end of a transaction does: promises are looked at
    env.cr.flush()
    past.measure(env)
    sharing.plan(env)
