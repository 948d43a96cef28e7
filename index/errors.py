"""The faults that the index reports: each names the value, the bound and the remedy."""


class DossierIndexError(Exception):
    """The index cannot be built or read; the message is one line for a person."""


class WeightsError(DossierIndexError):
    """The encoder's weights are missing or are not the ones they should be."""


class IndexDamaged(DossierIndexError):
    """What is stored is not what was written."""


class BuildInProgress(DossierIndexError):
    """Another process is building this index."""


class VectorsUnavailable(DossierIndexError):
    """The vectors cannot be asked now; search goes by words alone until they can."""


class VectorsLost(VectorsUnavailable):
    """The vectors are not where the index says, or are not its own: it has to be built again."""


class NoRoom(DossierIndexError):
    """The disk is full, or too full to begin."""


class Forked(DossierIndexError):
    """An open index was used in a process that inherited it by a fork."""
