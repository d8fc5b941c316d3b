"""The desktop application and its label store: the only package that imports Qt.

Nothing is imported here, so that the store and the paths can be used without a window.
"""

from typing import Final

APP_NAME: Final = "ecgviewer"
__version__: Final = "0.1.0"
