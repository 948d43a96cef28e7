"""The comparison of texts that decides whether an answer states a fact."""

NO_BREAK_SPACES = "\u00a0\u2007\u202f\u2060\ufeff"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032"
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"

_PLAIN = str.maketrans(
    dict.fromkeys(NO_BREAK_SPACES, " ")
    | dict.fromkeys(SINGLE_QUOTES, "'")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(DASHES, "-")
)


def comparable(text: str) -> str:
    """The text with plain spaces, straight quotes, hyphens for dashes, single spaces, and case folded."""
    return " ".join(text.translate(_PLAIN).split()).casefold()


def states(text: str, form: str) -> bool:
    """Whether the form occurs in the text once both are comparable."""
    return comparable(form) in comparable(text)
