"""The XML of single makers: one reader per maker, from its elements to a Record."""
