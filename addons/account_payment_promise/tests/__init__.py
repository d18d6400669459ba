from . import test_behaviour
from . import test_disputes
from . import test_promises
from . import test_portal_promises
from . import test_random_histories
from . import test_payment_tour
