"""From a Record to filtered leads, beats and a median beat: pure functions on arrays, units in names."""
