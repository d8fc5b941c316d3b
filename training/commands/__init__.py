"""What `python -m training` can be told, one file each."""
