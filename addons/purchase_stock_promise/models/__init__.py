from . import res_company
from . import delivery_promise_engine
from . import delivery_promise_engine_direct
from . import stock_move
from . import delivery_promise_engine_acknowledged
from . import delivery_promise_line
