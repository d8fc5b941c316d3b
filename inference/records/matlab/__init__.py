"""Plain MATLAB files (.mat without a WFDB header), of version 4 and of versions 5 to 7."""

from inference.records.matlab.matlab_reader import read_matlab

__all__ = ["read_matlab"]
