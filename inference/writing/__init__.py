"""A Record to a file that others read."""
