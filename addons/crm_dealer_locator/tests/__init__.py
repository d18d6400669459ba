from . import test_handing_over
from . import test_answers
from . import test_batches
from . import test_screens
