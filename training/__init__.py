"""From labelled records to a new model bundle, without Qt."""
