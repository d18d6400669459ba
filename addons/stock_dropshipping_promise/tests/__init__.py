from . import test_dropshipping_promise
