"""Statements made from others by rule, for training: said in other words, or with one thing made wrong.

The hand-written statements teach what words mean; these teach to look at every word of a statement that is nearly its
evidence. Each rule changes one place; where none applies, nothing is made.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence

from chat.checker.opposites import sides

_SAME = """
however > but / nevertheless / yet
in order to > to / so as to
prior to / before
approximately / roughly > about / around
numerous / many / a large number of
began / started / commenced
ended / finished / concluded
attempted to / tried to / sought to
wanted to / wished to
was forced to / was compelled to > had to
were forced to / were compelled to > had to
is able to > can / is capable of
was able to > could / managed to
was unable to / was not able to > could not
were unable to / were not able to > could not
did not / failed to
is located in / lies in / is situated in
because of / due to / on account of / as a result of
because > since / as
although / though / even though
while / whereas
such as > like / including
often / frequently / in many cases
usually / normally / as a rule
mainly / mostly / chiefly / primarily / for the most part
only / just / merely / solely
entire / whole
main / chief / principal / primary
important / significant / major
large / big / sizeable
small > little
wealthy / rich
received / got / was given
obtained / acquired / gained
built / constructed / erected
established / founded / set up / created
purchased / bought / acquired
demonstrated > showed
stated / said / declared
argued / maintained / contended
claimed / asserted / maintained
described / characterised / portrayed
requested / asked for
required / needed
assist / help / aid
assisted / helped / aided
known as > called / named
referred to as / called / known as
consists of / is made up of / comprises
contains > includes / holds
become / turn into
became / turned into
remained / stayed
led to / resulted in / brought about / caused
leads to / results in / brings about / causes
take part in / participate in
took part in / participated in
carried out / performed / conducted
used > employed / made use of
uses / employs / makes use of
allowed / permitted
killed / slain
died / passed away
lived in / resided in / made his home in
moved to / relocated to
returned to / came back to / went back to
won / gained
defeated / beat / overcame
succeeded / followed
appointed > named / made
elected / chosen / voted in
published / released / brought out
wrote / authored / penned
designed / devised
developed / worked out
discovered / found
invented / came up with
introduced / brought in
rose / grew / went up > increased
fell / dropped / went down > decreased
improved / got better
reduced / cut / lowered
expanded / broadened
divided into / split into
joined / became part of / entered
supported / backed / stood behind
opposed / stood against / objected to
rejected / turned down / refused
accepted / agreed to
protect / safeguard / shield
protected / safeguarded / shielded
continues / goes on / keeps on
throughout / all through
during / in the course of
near / close to
more than / upwards of > over
less than / fewer than > under
at least / no fewer than / a minimum of
nearly / almost / close to
currently / at present / now / today
formerly / previously / once / in the past
subsequently > later / afterwards
initially / at first / originally / to begin with
eventually / in the end / finally / ultimately
annually / every year / each year / yearly
several / a number of / various
majority of / greater part of
a few / a handful of > some
both > the two
children / youngsters
persons / individuals > people
inhabitants / residents / people
citizens / nationals
nation / country
nations / countries / states
city / town
area / region / zone
areas / regions / zones
government / administration / authorities
law / statute
laws / statutes / legislation
war > armed conflict
battle / fight / engagement
soldiers / troops
army / armed forces / military
king / monarch
company / firm / business
companies / firms / businesses
method / way / technique
methods / ways / techniques
results / outcomes / findings
reason > ground
problem / difficulty / issue
problems / difficulties / issues
purpose / aim / goal
amount / quantity
kind / type / sort
kinds / types / sorts
beginning / start / outset
centre / center / heart / middle
century / hundred years
decade / ten years
twice / two times
two > a pair of / a couple of
teachers / educators
pupils / students
church / congregation
film / movie / picture
song / track / tune
team / side / squad
well-known / famous / renowned
famous / celebrated / renowned
unusual / uncommon / out of the ordinary
similar to / much like / akin to
different from / unlike
according to / in the view of / as stated by
is believed to / is thought to / is held to
are believed to / are thought to / are held to
was considered / was seen as / was regarded as
is considered / is seen as / is regarded as
are considered / are seen as / are regarded as
"""
"""On each line, what may stand for each other; what comes after > only for the others."""

_TURNED = """
some / all ; some / no ; many / all ; many / few ; most / all ; most / few ; several / all ; often / always ; often / never
usually / always ; sometimes / always ; rarely / often ; rarely / never ; may / will ; might / will ; could / will ; may / must
one of the / the only ; one of the / the first of the ; among the / alone among the ; first / second ; first / last
before / after ; after / before ; more / less ; less / more ; more than / less than ; less than / more than ; at least / at most
about / exactly ; nearly / more than ; almost / more than ; both / neither of ; only / not only ; both / only one of
because of / in spite of ; due to / despite ; although / because ; despite / because of ; because / although ; but / because
with / without ; without / with ; by / against ; for / against ; under / over ; above / below ; within / outside
planned to / managed to ; wanted to / was able to ; tried to / managed to ; hoped to / managed to ; attempted to / managed to ; managed to / failed to
is believed to / is known to ; are believed to / are known to ; suggested / proved ; suggests / proves ; claimed / proved ; claims / proves
increased / decreased ; increase / decrease ; rose / fell ; won / lost ; began / ended ; started / stopped ; accepted / rejected ; opened / closed
largest / smallest ; highest / lowest ; oldest / youngest ; best / worst ; early / late ; former / current ; north / south ; east / west
northern / southern ; eastern / western ; ancient / modern ; public / private ; can / cannot ; could / could not ; allowed / forbidden
required / forbidden ; supported / opposed ; support / oppose ; supporters / opponents ; critics / supporters ; criticised / praised ; criticized / praised
praised / criticised ; defeated / lost to ; bought / sold ; purchased / sold ; gained / lost ; entered / left ; joined / left ; arrived / departed ; built / demolished
created / abolished ; established / dissolved ; founded / dissolved ; strengthened / weakened ; increases / decreases ; encouraged / discouraged ; easy / difficult
"""
"""Pairs: in the place of the left, what turns the statement into something else."""

_NAME = re.compile(
    r"(?<![.!?]\s)(?<!^)\b(?!(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Sept|Nov|Dec)ember|October|The\b|A\b|In\b|I\b)[A-Z][\w'’-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w'’-]+)*"
)
_FIRST = re.compile(r"(?!The |A |An |In |It |He |She |They )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)+")
"""A name of several words at the start; of one word it may be any word."""
_AFTER = r"(?= (?:is|are|was|were|has|have|had|did|does|will|would|may|can|could)\b)"
_HEAD = re.compile(rf"The ([a-z]{{3,}}){_AFTER}")
_THING = re.compile(
    r"\b[Tt]he ([a-z]{3,})(?= (?:is|are|was|were|has|have|had|of|in|on|to|and|that|which|by)\b)"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d+\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|did|does|do|should|may|must)\b(?! not\b)"
)
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|must) not\b")
_HEDGE = re.compile(
    r"\b(?:reportedly|allegedly|probably|possibly|perhaps|partly|partially|generally|supposedly|apparently|largely|in part) "
)


def _sides(text: str) -> list[str]:
    return [side.strip() for side in text.split("/") if side.strip()]


def _swaps() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Phrases to what may stand for them, and to what turns them."""
    same: dict[str, list[str]] = {}
    turned: dict[str, list[str]] = {}
    for line in _SAME.strip().splitlines():
        givers, _, takers = (_sides(part) for part in line.partition(">"))
        for phrase in givers:
            same.setdefault(phrase, []).extend(other for other in [*givers, *takers] if other != phrase)
    for pair in _TURNED.replace("\n", ";").split(";"):
        if pair.strip():
            left, right = _sides(pair)
            turned.setdefault(left, []).append(right)
    for left, right in sides():
        for ours, theirs in ((left, right), (right, left)):
            for word in ours:
                turned.setdefault(word, []).extend(theirs)
    return same, turned


_SAME_AS, _TURNED_TO = _swaps()


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


_SAME_PATTERN, _TURNED_PATTERN = _pattern(_SAME_AS), _pattern(_TURNED_TO)


def reworded(text: str, chance: random.Random, most: int = 4) -> str:
    """The text with up to `most` of its phrases exchanged for what means about the same."""
    places = list(_SAME_PATTERN.finditer(text))
    for place in sorted(chance.sample(places, min(most, len(places))), key=lambda p: -p.start()):
        text = _put(text, place, chance.choice(_SAME_AS[place[0].lower()]))
    return text


def spoilt(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    """The text with one thing in it made wrong; None where no rule applies.

    `others` are texts about the same, whose names may stand in the place of one in this text.
    """
    ways: list[Callable[[str, Sequence[str], random.Random], str | None]] = [
        _turn,
        _turn,
        _turn_not,
        _move_names,
        _other_name,
        _other_number,
        _unhedge,
    ]
    chance.shuffle(ways)
    return next((made for way in ways if (made := way(text, others, chance)) and made != text), None)


def grafted(text: str, onto: str, chance: random.Random) -> str | None:
    """What the text says, said of somebody or something that `onto` names; None where either names nothing.

    `onto` then says nothing of the kind, though what is spoken of stands in it.
    """
    ways = []
    if (head := _HEAD.match(text)) and (things := sorted({f[1] for f in _THING.finditer(onto)} - {head[1]})):
        ways.append((head.span(1), things))
    own, places = sorted({onto[start:end] for start, end in _names(onto)}), _names(text)
    if own and places:
        ways.append((chance.choice(places), own))
    if not ways:
        return None
    (start, end), names = chance.choice(ways)
    return text[:start] + chance.choice(names) + text[end:]


def _names(text: str) -> list[tuple[int, int]]:
    """Where the names stand."""
    first = _FIRST.match(text)
    later = [found.span() for found in _NAME.finditer(text) if not first or found.start() >= first.end()]
    return [first.span(), *later] if first else later


def _put(text: str, place: re.Match[str], new: str) -> str:
    if place[0][:1].isupper() and not new[:1].isupper():
        new = new[:1].upper() + new[1:]
    return text[: place.start()] + new + text[place.end() :]


def _turn(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    places = list(_TURNED_PATTERN.finditer(text))
    if not places:
        return None
    place = chance.choice(places)
    return _put(text, place, chance.choice(_TURNED_TO[place[0].lower()]))


def _turn_not(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    if found := _NOT.search(text):
        return text[: found.start()] + found[1] + text[found.end() :]
    places = list(_AUXILIARY.finditer(text))
    if not places:
        return None
    place = chance.choice(places)
    if place[0] == "can":
        return text[: place.start()] + "cannot" + text[place.end() :]
    return f"{text[: place.end()]} not{text[place.end() :]}"


def _move_names(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    """Two names exchanged."""
    names = list(_NAME.finditer(text))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if a[0] != b[0]]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def _other_name(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    names = list(_NAME.finditer(text))
    known = sorted({found[0] for other in others for found in _NAME.finditer(other)} - {n[0] for n in names})
    if not names or not known:
        return None
    place = chance.choice(names)
    # of as many words, which is more often one of the same kind
    alike = [name for name in known if len(name.split()) == len(place[0].split())]
    return _put(text, place, chance.choice(alike or known))


def _other_number(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    places = list(_NUMBER.finditer(text))
    if not places:
        return None
    place = chance.choice(places)
    digits = [i for i, c in enumerate(place[0]) if c.isdigit()]
    at = chance.choice(digits[1:] or digits)
    new = chance.choice([d for d in "123456789" if d != place[0][at]])
    return text[: place.start()] + place[0][:at] + new + place[0][at + 1 :] + text[place.end() :]


def _unhedge(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    places = list(_HEDGE.finditer(text))
    if not places:
        return None
    place = chance.choice(places)
    return text[: place.start()] + text[place.end() :]
