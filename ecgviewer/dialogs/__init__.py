"""The few windows that stand apart: the shortcut sheet, a model's card, the notice."""
