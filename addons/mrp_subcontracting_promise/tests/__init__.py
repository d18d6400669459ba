from . import test_subcontracting_promise
