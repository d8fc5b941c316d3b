"""The one error that a record's reader may raise for a file it cannot use."""


class RecordError(Exception):
    """A file that cannot be read as an ECG.

    The message is one plain sentence for the reader of the ECG: what is wrong and what to do next.
    """
