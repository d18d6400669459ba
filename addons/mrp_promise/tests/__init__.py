from . import test_being_made
from . import test_kit_parts
from . import test_kit_promise
from . import test_make_promise
from . import test_options
from . import test_work_centre_hours
from . import test_work_centres
