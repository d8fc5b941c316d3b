"""Where the program keeps what belongs to its user.

`ECGVIEWER_HOME` puts everything into one folder (tests, a portable installation on a stick).
Nothing is made here: whoever writes makes the folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import platformdirs

from ecgviewer import APP_NAME

HOME_VARIABLE: Final = "ECGVIEWER_HOME"


def data_folder() -> Path:
    """The folder of the label store, the settings and the user's own models."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser().absolute()
    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def user_models_folder() -> Path:
    """The user's own model bundles, one folder each, found beside the shipped ones."""
    return data_folder() / "models"


def active_models_file() -> Path:
    """Which version of each model answers (inference.versions)."""
    return user_models_folder() / "active.json"


def retraining_folder() -> Path:
    """One folder for each retraining that was started here, and what they share."""
    return data_folder() / "retraining"


def matplotlib_folder() -> Path:
    """Where matplotlib, which comes with Captum, keeps its list of fonts."""
    return data_folder() / "matplotlib"


def library_index_file() -> Path:
    """What was found in the files of libraries (ecgviewer.store.library_index); may always be deleted."""
    return data_folder() / "library-index.sqlite"


def table_profiles_file() -> Path:
    """What the reader said of arrays and tables that do not describe themselves."""
    return data_folder() / "table-profiles.json"


def settings_file() -> Path:
    return data_folder() / "settings.json"


def log_file() -> Path:
    home = os.environ.get(HOME_VARIABLE)
    folder = data_folder() if home else platformdirs.user_log_path(APP_NAME, appauthor=False)
    return folder / f"{APP_NAME}.log"


def store_url() -> str:
    """The label store's address when the user names none: an SQLite file in the data folder."""
    # Imported here: SQLAlchemy takes longer than all that stands before the first paint.
    from sqlalchemy import URL

    return URL.create("sqlite", database=str(data_folder() / "labels.sqlite")).render_as_string()
