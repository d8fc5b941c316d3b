"""Which models are asked about what is open: pictures are for picture models, samples for all others."""

from __future__ import annotations

from typing import Final

from inference.bundle_info import BundleInfo
from inference.pages.page import Page
from inference.prepare import NOT_A_RECORD
from inference.records.record import Record
from inference.results import ModelFailure

Subject = Record | Page
"""What a model can be asked about."""

NOT_A_PAGE: Final = "Not asked: this model reads pictures of ECG sheets, and this is a recording."


def out_of_scope(info: BundleInfo, subject: Subject) -> ModelFailure | None:
    """Why a bundle is not asked about this; None where it is."""
    if info.prepare.is_sheet == isinstance(subject, Page):
        return None
    sentence = NOT_A_RECORD if isinstance(subject, Page) else NOT_A_PAGE
    return ModelFailure(info.name, subject.sha256, sentence)
