"""From a file to an explained prediction, without Qt.

Nothing heavy is imported here: reading a record must not load torch.
"""
