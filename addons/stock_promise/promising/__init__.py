"""Order promising in plain Python: no ORM, no database, no wall clock.

Everything here takes values and returns values, so that each rule can be read,
and tested, on its own. ``timeline`` knows supply and demand, ``schedule`` knows
working time, ``allocation`` puts the lines of a request on both,
``allocation_rules`` says what a class of customers may take, ``reservation`` who may
have goods reserved.
"""

from . import (
    allocation,
    allocation_rules,
    alternatives,
    replenish,
    reservation,
    schedule,
    timeline,
    values,
)
