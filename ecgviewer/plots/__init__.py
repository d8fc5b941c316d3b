"""Views of one ECG on paper: they are fed by set_* and announce wishes by signals."""
