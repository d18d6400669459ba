from . import test_acknowledged
from . import test_purchase_promise
from . import test_vendor_measure
