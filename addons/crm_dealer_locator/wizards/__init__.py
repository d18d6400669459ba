from . import dealer_handover_answer
