"""Schiller's SEMA XML: rhythm leads, the averaged beat, the device's measurements and filters."""
