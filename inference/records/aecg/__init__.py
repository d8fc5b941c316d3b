"""HL7 annotated ECGs (aECG): rhythm series, the representative beat and a device's annotations."""
