from . import res_company
from . import product_supplierinfo
from . import purchase_order
from . import purchase_order_line
from . import delivery_promise_engine
from . import stock_move
from . import delivery_promise_line
