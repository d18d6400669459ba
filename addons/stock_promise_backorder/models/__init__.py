from . import delivery_promise_line
from . import delivery_promise_backorder
from . import delivery_promise_backorder_rule
from . import delivery_promise_backorder_line
from . import delivery_promise_backorder_group
