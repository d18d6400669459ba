from . import test_bought_to_order
from . import test_dropshipping_promise
from . import test_partly_dropshipped
