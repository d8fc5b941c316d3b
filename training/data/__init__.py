"""Labelled records of every archive, prepared once, and folds that keep each patient on one side."""
