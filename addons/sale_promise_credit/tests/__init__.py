from . import test_exposure
from . import test_policy
from . import test_nothing_passes
from . import test_queue
from . import test_judge
from . import test_random_histories
