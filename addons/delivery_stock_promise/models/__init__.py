from . import delivery_carrier
from . import delivery_promise
from . import delivery_promise_engine
from . import delivery_transit_time
from . import sale_order
