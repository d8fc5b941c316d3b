"""Networks that read a whole ECG as a picture, a file per family: (N, 3, 224, 224) -> (N, n_classes).

Those of Gandham et al. (EfficientNet-B0 with multi-scale attention on ECG images, and what they compare it
with). Pictures are float32, normalised with ImageNet's mean and standard deviation; any side that is a
multiple of 32 px works, 224 px is what the figures are for.
"""

from __future__ import annotations

from typing import Final

HEAD_DROPOUT: Final = 0.3
"""Before the last layer of every picture network, as in Gandham et al."""
