from . import dealer_handover
