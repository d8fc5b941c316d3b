"""DICOM ECG waveforms: the recording, the device's own median beat and what the device said of both."""
