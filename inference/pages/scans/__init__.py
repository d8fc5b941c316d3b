"""Scanned or photographed sheets: straightened by their grid, and read where everything on them agrees."""
