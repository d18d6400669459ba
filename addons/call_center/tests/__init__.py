from . import test_caller_context
from . import test_lookup
from . import test_lookup_table
from . import test_phone_call
from . import test_phone_directory
from . import test_caller_box
