from . import delivery_promise_engine
from . import delivery_promise
from . import delivery_promise_line
from . import delivery_promise_workcenter_claim
from . import stock_move
from . import mrp_bom
from . import mrp_workcenter
from . import resource_calendar
