"""The one trainer: settings, checkpoints, several processes, progress."""
