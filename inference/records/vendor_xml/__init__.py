"""ECGs in the XML of their makers, one reader per maker."""
