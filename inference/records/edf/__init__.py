"""EDF, EDF+ and BDF, written after the published specifications (Kemp 1992 and 2003, BioSemi)."""

from inference.records.edf.edf_reader import is_edf, open_edf, read_edf

__all__ = ["is_edf", "open_edf", "read_edf"]
