"""In words: which leads lie under what a model looked at on a page. Leads only, never a wall of the heart."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.page_layout import PageLayout
from inference.pages.scans.page_sheet import PageSheet, onto_page
from inference.records.leads import STANDARD_LEADS

FloatArray = npt.NDArray[np.float32]

MOST: Final = 0.5
_MOST_NAMES: Final = 3
"""With more leads than this for half of it, it lies on no lead in particular."""
_COARSER: Final = 4
"""Heat is coarse: every fourth pixel of the page is counted."""


def lead_shares(heat: FloatArray, sheet: PageSheet, layout: PageLayout) -> dict[str, float]:
    """Each printed lead's share of the heat (224, 224), largest first; without what lies beside all."""
    page = onto_page(heat, sheet, (round(layout.height), round(layout.width)))[::_COARSER, ::_COARSER]
    total = float(page.sum())
    shares: dict[str, float] = {}
    for area in layout.leads:
        sides = (area.y0, area.y1, area.x0, area.x1)
        top, bottom, left, right = (max(round(side / _COARSER), 0) for side in sides)
        inside = float(page[top:bottom, left:right].sum())
        shares[area.name] = shares.get(area.name, 0.0) + (inside / total if total > 0 else 0.0)
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def where_it_lies(heat: FloatArray, sheet: PageSheet, layout: PageLayout | None) -> str:
    """'Most of it lies on V2 and V3.', or that it is spread; '' where it is not known which lead is where."""
    if layout is None or not layout.leads or not np.isfinite(heat).all() or heat.max() <= 0:
        return ""
    names: list[str] = []
    share = 0.0
    for name, part in lead_shares(heat, sheet, layout).items():
        if share >= MOST or len(names) == _MOST_NAMES:
            break
        names.append(name)
        share += part
    if share < MOST:
        return "It is spread over the page and lies on no lead in particular."
    names.sort(key=lambda name: STANDARD_LEADS.index(name) if name in STANDARD_LEADS else len(STANDARD_LEADS))
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Most of it lies on {said}."
