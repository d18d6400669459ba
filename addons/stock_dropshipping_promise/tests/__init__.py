from . import test_dropshipping_promise
from . import test_partly_dropshipped
