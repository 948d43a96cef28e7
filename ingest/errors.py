"""The faults that ingest reports: each names the value, the bound and the remedy."""


class IngestError(Exception):
    """A corpus, or something beside it, cannot be used; the message is one line for a person."""


class RefusedFile(IngestError):
    """One file of a corpus cannot be used; the others can.

    `file` is its name relative to the corpus folder and `reason` says why and what to do.
    """

    def __init__(self, file: str, reason: str):
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
