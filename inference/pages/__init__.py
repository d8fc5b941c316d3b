"""ECG sheets: printed as vectors, scanned or photographed, and how a Record is read back from them."""
