from . import delivery_promise_backorder
from . import delivery_promise_backorder_rule
from . import delivery_promise_backorder_guard
from . import delivery_promise_backorder_line
from . import delivery_promise_backorder_group
from . import delivery_promise_backorder_units
from . import delivery_promise_backorder_compute
from . import delivery_promise_backorder_apply
