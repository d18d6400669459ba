from . import test_acknowledged
from . import test_purchase_promise
