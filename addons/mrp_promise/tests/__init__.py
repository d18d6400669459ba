from . import test_kit_promise
from . import test_make_promise
