from . import test_apply
from . import test_guard
from . import test_parts
from . import test_strategies
from . import test_tours
