from . import audience
from . import click_to_call
from . import joining
