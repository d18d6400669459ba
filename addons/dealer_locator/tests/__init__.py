from . import test_companies_of_dealers
from . import test_cube
from . import test_dealers
from . import test_geocoding
from . import test_opening
from . import test_places
from . import test_rank_dealers
from . import test_search_by_index
