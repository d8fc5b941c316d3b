"""DICOM ECG waveform objects (PS3.3 A.34.3 to A.34.5), one file for each part of the object."""
