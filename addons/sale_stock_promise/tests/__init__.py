from . import test_adjust
from . import test_cancel
from . import test_chain
from . import test_confirm
from . import test_documents
from . import test_install
from . import test_quotation
from . import test_rights
