from . import test_requests
from . import test_reservation
from . import test_risk
from . import test_routes
from . import test_tours
from . import test_what_counts
