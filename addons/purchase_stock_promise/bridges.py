"""What bridges may override, call and import of this add-on. They use nothing else that
begins with an underscore; a test compares this with what they do use, both ways.

A key is the method with its arguments, the text what it returns. Who overrides a hook
calls ``super()`` and adds to its answer.
"""

#: model -> methods that bridges override
HOOKS = {
    "delivery.promise.engine": {
        "_purchase_option(product, warehouse, quantity, company, schedules, days)": """
            How a product can be bought, an ``Option`` of the promising functions, or
            None where nobody sells it.""",
        "_vendor_ready(seller, start, days)": """When goods that are ordered at
            ``start`` are delivered, ``days`` later; None: they never are.""",
    },
}

#: model -> methods that bridges call
HELPERS = {
    "delivery.promise.engine": {
        "_no_seller_message(product, day, company)": """Terms: why a product cannot be
            bought on a day, and what to do about it.""",
        "_on_shelf(schedule, received, days)": """The day on which what was received can
            be taken; None where it never comes.""",
        "_unknown_seller(product, day, company)": """The first vendor on that day whose
            lead time nobody has entered, or none.""",
    },
}
