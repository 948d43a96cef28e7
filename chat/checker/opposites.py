"""Words that mean the opposite of each other: a small lexicon, put together by hand, for making wrong statements."""

_LEFT_AND_RIGHT = """
increase grow rise climb soar boost enlarge / decrease decline fall drop shrink reduce diminish dwindle
expand extend widen / shrink narrow reduce
strengthen reinforce bolster improve / weaken undermine erode worsen deteriorate
strong firm robust / weak fragile feeble
strength / weakness
deepen / bridge heal
deep profound / shallow superficial
accept approve allow permit grant endorse welcome adopt / refuse reject forbid ban prohibit oppose condemn decline
agree consent / refuse disagree
heed / ignore disregard
support back favor endorse / oppose condemn resist reject
praise applaud / criticize condemn blame
encourage persuade / discourage deter dissuade
facilitate enable / prevent hinder hamper impede
join enter rejoin / leave quit withdraw
come arrive return / go depart leave
remain stay / leave withdraw depart
keep retain preserve / lose abandon
begin start launch / end stop finish cease halt
open / closed close
resume / suspend freeze
suspend freeze / end leave withdraw
continue / stop cease end
win gain regain recover reclaim / lose forfeit surrender cede
victory / defeat
profit / loss
gain / loss
buy import / sell export
import / export
give provide / receive
seek / obtain
lend / borrow
advance / retreat
attack / defend
offensive / defensive
attacker aggressor / victim defender
deploy / withdraw recall
arm / disarm
build create establish found / destroy dismantle abolish dissolve
unite unify / divide split
unity cohesion / division
integration / disintegration fragmentation
friend ally partner / enemy foe adversary rival
friendly / hostile
peace / war
peaceful / violent
success / failure
succeed / fail
positive favorable / negative unfavorable
good / bad
beneficial helpful / harmful detrimental
benefit / harm damage
better / worse
best / worst
easy simple / hard difficult tough impossible
easier / harder
possible feasible / impossible
likely probable / unlikely improbable
certain / speculation doubtful
true / false
same / different
similar / different
old / new
former previous / current
ancient / modern
early / late
earlier / later
first / last
young / aged
younger / older
oblige force / allow permit
high / low
higher / lower
upper / lower
raise / lower
large big huge great / small little tiny
large big huge / limited
major crucial vital key / minor marginal negligible
more / less fewer
most / least
majority / minority
maximum / minimum
long / short
longer / shorter
stronger / weaker
wide broad / narrow
full / empty
heavy / light
rich / poor
wealth / poverty
expensive / cheap
fast quick rapid / slow
quickly rapidly / slowly
sudden abrupt / gradual
suddenly abruptly / gradually
frequent common / rare sporadic
frequently often always regularly / rarely seldom never occasionally
always constantly / occasionally sometimes
permanent lasting / temporary
permanently / temporarily
fully completely entirely / partly partially
badly severely heavily / slightly lightly
believe think / doubt
for / against
whole entire / half
internal domestic / external foreign
inside / outside
north / south
east / west
northern / southern
eastern / western
near close / far distant
left / right
up / down
upward / downward
front / rear
public / private secret
openly publicly / secretly privately
formal / informal
direct / indirect
explicit / implicit
clear / vague ambiguous
visible / hidden
active / passive dormant frozen
stable calm / volatile
safe / dangerous
safety / danger
trust confidence / distrust mistrust
optimism / pessimism
optimistic / pessimistic
hope / fear despair
love / hate
brave bold / timid
willing eager enthusiastic / unwilling reluctant
include / exclude
including / excluding
inclusive / exclusive
advantage / disadvantage
asset / liability
opportunity / obstacle
supply / demand
employer / employee
leader / follower
superior / inferior
dominant / subordinate
central / peripheral
civilian / military
urban / rural
male / female
man / woman
father / mother
dead / alive
birth / death
guilty / innocent
legal / illegal
voluntary / compulsory mandatory
democratic / authoritarian
ease smooth / complicate
affect touch / spare
unaffected untouched / affect
religious / secular
natural / artificial
real actual / imaginary
confirm / deny refute
remember / forget
reveal / conceal hide
solve / complicate
simplify / complicate
tighten / loosen
accelerate hasten / delay slow
fulfil honor / break breach violate
obey / defy
multilateral / unilateral
separate / joint
presence / absence
present / absent
past / future
"""
"""On each line, what stands left of the stroke is the opposite of what stands right of it."""


def sides() -> list[tuple[list[str], list[str]]]:
    """The lines of the lexicon, each as the words on its left and those on its right."""
    lines = (line.split("/") for line in _LEFT_AND_RIGHT.strip().splitlines())
    return [(left.split(), right.split()) for left, right in lines]
