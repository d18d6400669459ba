from . import test_promise_desk
from . import test_caller_with_promise
from . import test_overview
from . import test_agents_day
from . import test_backorder
