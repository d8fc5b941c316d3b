"""From a fitted network to a bundle with its card."""
