"""Fiducials and measurements on the median beat; what is not found is None, never invented."""
