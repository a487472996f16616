"""msconfig: ModelScope model IDs, checked, and Cherry Studio configuration made from them."""

__version__ = "0.1.0"
