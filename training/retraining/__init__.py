"""A bundle again, on labels that readers corrected, and what changed."""
