from . import delivery_promise_engine
from . import stock_move
