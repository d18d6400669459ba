from . import test_companies
from . import test_company_guard
from . import test_links
from . import test_public_methods
from . import test_windows
