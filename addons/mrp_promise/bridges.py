"""What bridges may call of this add-on; a test compares this with what they do."""

#: model -> methods that bridges call
HELPERS = {
    "delivery.promise.engine": {
        "_bill_parts(bill, product, quantity, option_ids)": """{component whose stock is
            kept: quantity in its unit} that a bill takes for a quantity, as Odoo itself
            would round it.""",
    },
}
