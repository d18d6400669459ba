"""What is checked of values alone, whichever model they are for."""

from odoo.exceptions import ValidationError

MAX_QUANTITY = 1e12

#: states of a promise that somebody counts on, or has counted on
IN_FORCE = ("held", "confirmed", "done")


def check_numbers(model, vals, names):
    """Refuse what is no number to count with. JSON carries NaN and Infinity, and to
    PostgreSQL they are greater than 0."""
    for name in names & vals.keys():
        value = vals[name]
        if isinstance(value, (int, float)) and not abs(value) <= MAX_QUANTITY:
            raise ValidationError(
                model.env._(
                    "%(field)s must be a finite number of at most %(maximum)s.",
                    field=model._fields[name]._description_string(model.env),
                    maximum=f"{MAX_QUANTITY:,.0f}",
                )
            )
