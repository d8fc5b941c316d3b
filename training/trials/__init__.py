"""Systems fitted and judged on folds, so that a run that was cut off goes on where it stopped."""
