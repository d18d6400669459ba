from . import test_acknowledged
from . import test_expected_arrival
from . import test_purchase_promise
from . import test_unknown_lead_time
from . import test_vendor_measure
