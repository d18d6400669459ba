"""From goods to money, in plain Python: nothing here knows Odoo."""

from . import chances
from . import fan
from . import shares
from . import slices
