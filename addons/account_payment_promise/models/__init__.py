from . import account_payment_behaviour
from . import account_payment_promise
from . import account_payment_dispute
from . import account_move
from . import account_move_line
from . import account_partial_reconcile
from . import res_partner
