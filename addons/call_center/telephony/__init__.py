from . import audience
from . import joining
