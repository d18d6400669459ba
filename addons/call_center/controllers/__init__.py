from . import secret_log
from . import webhook
