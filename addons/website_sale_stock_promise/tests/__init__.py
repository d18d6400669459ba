from . import test_cart_hold
from . import test_shop_promise
