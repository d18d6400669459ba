from . import controllers
from . import secret_log
