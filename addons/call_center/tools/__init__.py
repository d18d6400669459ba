from . import phone_number
from . import signature
from . import answers
from . import contract
