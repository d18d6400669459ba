from . import delivery_promise
from . import delivery_promise_engine
from . import delivery_promise_line
from . import product
from . import purchase_order_line
from . import stock_move
