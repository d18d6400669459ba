"""What bridges may override, call and import of this add-on. They use nothing else that
begins with an underscore; a test compares this with what they do use, both ways.

A key is the method with its arguments, the text what it returns. Who overrides a hook
calls ``super()`` and adds to its answer.
"""

#: model -> methods that bridges override
HOOKS = {
    "delivery.promise": {
        "_follow_quotation(order, requested)": """Let this hold, which is the
            quotation's own, follow a change of it; nothing.""",
    },
    "sale.order": {
        "_may_rest_on_promise(promise)": """Whether the user may give this promise to
            the quotation.""",
        "_prepare_promise_values()": """What a promise takes over from the order.""",
        "_promise_header_key()": """A tuple of what the dates of all lines rest
            on; where it changes they are looked up again.""",
        "_promise_is_shared()": """Whether the hold is not this quotation's alone to
            change or release.""",
        "_promise_model()": """``delivery.promise``, asked on behalf of this order.""",
    },
    "sale.order.line": {
        "_prepare_promise_line_vals()": """What the lines of a promise get besides what
            they are asked for: their price.""",
    },
}

#: model -> methods that bridges call
HELPERS = {
    "sale.order": {
        "_has_live_hold()": """Whether the quotation holds goods now.""",
        "_promise_day(moment)": """The day of a moment in the warehouse that the order
            leaves from, or False.""",
        "_prepare_promise_request(lines, requested)": """The request of the public API
            for some lines.""",
        "_promise_lines()": """The lines that can be promised, in the order of the
            document.""",
        "_set_promise(promise, lines)": """Link a promise, whose lines are in the order
            of ``lines``.""",
    },
    "sale.order.line": {
        "_is_promisable()": """Whether the line is for goods that are to be
            delivered.""",
        "_set_looked_up(promised, ship, parts)": """Note the dates that were looked
            up.""",
    },
}

#: modules that bridges import
MODULES = {
    "orders": "confirming.match_hold_lines",
}
