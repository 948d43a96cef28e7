"""HTML and SVG put together so that what comes from outside is always escaped."""

from html import escape


class Markup(str):
    """Text that is markup already; only this module makes it."""

    __slots__ = ()


VOID = frozenset({"meta", "input", "br"})


def element(
    name: str, /, *children: "str | Markup | None", **attributes: str | float | bool | None
) -> Markup:
    """`<name …>children</name>`; children that are not Markup are escaped, None is left out.

    Attributes: `class_` for class, `_` for `-`; True gives the bare name, None and False leave it out.
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: "str | Markup | None") -> Markup:
    """The children one after the other, escaped where they are not Markup."""
    return Markup("".join(_content(child) for child in children if child is not None))


def raw(trusted: str) -> Markup:
    """A constant of ours, our style sheet or script, as it stands; never for anything from outside."""
    return Markup(trusted)


def _content(child: str) -> str:
    return str(child) if isinstance(child, Markup) else escape(_visible(str(child)), quote=False)


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    if isinstance(value, float):
        value = f"{value:.2f}".rstrip("0").rstrip(".")
    return f' {name}="{escape(_visible(str(value)), quote=True)}"'


def _visible(text: str) -> str:
    """Without the control characters that HTML forbids and that turn the reading direction around."""
    return text.translate(_REPLACED)


_FORBIDDEN = [c for c in range(0x20) if c not in (0x09, 0x0A, 0x0D)] + list(range(0x7F, 0xA0))
_TURNING = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_REPLACED = dict.fromkeys([*_FORBIDDEN, *_TURNING], "\ufffd") | dict.fromkeys(range(55296, 57344), "�")
