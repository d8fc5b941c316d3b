"""The panels of the window: they show what they are given and announce what the reader wishes."""
