"""SCP-ECG (EN 1064, ISO 11073-91064): what electrocardiographs send each other, in numbered sections."""
