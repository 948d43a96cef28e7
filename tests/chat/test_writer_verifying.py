"""What the verifier lets pass and what it refuses, by hand-worked examples and on the pairs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ChatError
from chat.writer.pairs import fit_limits, pair_table, read_pairs
from chat.writer.verifying import LIMITS, Findings, Limits, Verifier
from chat.writer.wording import Worder
from index.synonyms import parse_synonyms

GROUPS = parse_synonyms(
    "Moscow, Russia, Russian\nBaku, Azerbaijan\nCSTO, Collective Security Treaty Organization\n"
)
LEFT = "Baku left in 1999, alongside Caucasus neighbor Georgia."


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(GROUPS)


@pytest.fixture(scope="module")
def shipped(corpus, embedder, checker) -> Verifier:
    return Verifier(parse_synonyms(corpus.synonyms), embedder.embed, checker)


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("Azerbaijan left in 1999.", LEFT),
        ("Georgia and Azerbaijan left in 1999.", LEFT),
        ("On 6 August 2024 the army crossed the border.", "The army crossed the border on August 6, 2024."),
        ("It sent 1500 troops.", "It sent 1,500 troops."),
        ("The price rose by 5 percent.", "The price rose by 5%."),
        ("They paid $2 million.", "They paid 2 million dollars."),
        ("It has six members.", "It has 6 members."),
        ("The Collective Security Treaty Organization refused.", "The CSTO refused."),
        ("They did not recognize the region.", "They refused to recognize the region."),
        ("She called it “our man”.", "She called it ‘our man’ in public."),
        ("The multivector policy stays.", "The multi-vector policy stays."),
        ("The members defend each other.", "The members defend one another."),
        ("Russia must redirect its army.", "Russia has to redirect its army."),
        ("Prices rose because of the drought.", "The drought caused prices to rise."),
        ("Anxious to keep trust, Russia refused.", "Russia refused, to keep trust."),
    ],
)
def test_what_is_said_in_other_words_passes(verifier, statement, evidence):
    assert verifier.check(statement, [evidence]).against == ()


@pytest.mark.parametrize(
    ("statement", "evidence", "against"),
    [
        ("A Kyrgyz official said so.", "A Belarusian official said so in a Kyrgyz town.", "kyrgyz 'official'"),
        ("Azerbaijan left in 1998.", LEFT, "1998 is not in the evidence"),
        ("Armenia left in 1999.", LEFT, "the name armenia"),
        ("Baku did not leave in 1999.", LEFT, "'not'"),
        ("The army crossed on 8 August.", "The army crossed on 6 August.", "8 is not"),
        ("The army crossed in June.", "The army crossed in July.", "month 6"),
        ("The price rose by 5%.", "The price rose by 5 points.", "5%"),
        ("They paid $2 million.", "They paid €2 million.", "$2000000"),
        ("They left.", "They did not leave.", "says 'not'"),
        ("All members left.", "Two members left.", "'all' is more"),
        ("The members left.", "The members may leave.", "says 'may'"),
        ("The state left the pact.", "The state asked to leave the pact.", "says 'asked'"),
        ("She called it “a friend”.", "She called it “our man”.", "quoted words"),
        ("Georgia attacked Russia.", "Russia attacked Georgia.", "other way round"),
        ("Russia's ally attacked Georgia.", "Georgia's ally attacked Russia.", ""),
        ("Baku left and later blamed greedy partners.", LEFT, "nothing in the evidence says"),
        ("Georgia left in 1999, and Baku in 2012.", "Baku left in 1999. Georgia followed in 2012.", "something else"),
        ("It is likely that they leave.", "It is unlikely that they leave.", "'likely' against 'unlikely'"),
        ("The drought rose because prices fell.", "Prices fell because of the drought.", "cause and effect"),
        ("It has been set up.", "It is time to set up a fund, and to pay.", "that it is done"),
        ("Prices will fall.", "Prices fell.", "will fall"),
        ("Prices are less stable.", "Prices are more stable.", "less 'stable' against more"),
        ("It is the largest buyer.", "It is the third largest buyer.", "has it third"),
        ("They never agree.", "They do not always agree.", "'never' is more"),
        ("It is the only tool.", "It is one of the tools.", "'only' is more"),
        ("Many states left.", "Two states left.", "'many' is more"),
        ("Most farmers agreed, residents did not.", "Most residents agreed, farmers did not.", "'most' goes with"),
        ("Firms may report it.", "Firms must report it.", "'may' against 'must'"),
        ("They returned to the pact.", "They turned away from the pact.", "against from"),
        ("The court argued that.", "The court heard the lawyers of the large firm, which argued that.", "said of another"),
        ("1999!", LEFT, "nothing that can be checked"),
        ("", LEFT, "nothing that can be checked"),
    ],
)  # fmt: skip
def test_what_is_subtly_wrong_is_refused_with_the_reason(verifier, statement, evidence, against):
    verdict = verifier.check(statement, [evidence])
    assert not verdict.supported
    assert against in "; ".join(verdict.against)


def test_a_new_thing_at_the_end_is_refused(embedder):
    evidence = ["The old bridge over the river was made of wood by the county."]
    verifier = Verifier((), embedder.embed)
    assert verifier.check("The old bridge was made of timber.", evidence).supported
    verdict = verifier.check("The old bridge over the river was made by monks.", evidence)
    assert verdict.against == ("nothing in the evidence is like 'monks'",)


def test_another_language_is_refused(shipped):
    evidence = ["Baku left in 1999, alongside Caucasus neighbor Georgia."]
    for statement in ("Баку вышел в 1999 году.", "Baku ist 1999 ausgetreten, wie auch Georgien."):
        assert not shipped.check(statement, evidence).supported


@pytest.mark.slow
def test_a_sentence_supports_itself(corpus, shipped):
    from ingest import split_sentences

    sentences = [s for article in corpus.articles.values() for s in split_sentences(article)]
    prose = [s.text for s in sentences if len(s.text.split()) > 3 and not s.text.endswith("?")]
    refused = [text for text in prose if not shipped.check(text, [text]).supported]
    assert len(prose) > 250
    assert refused == []


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_texts_at_all_get_a_verdict(statement, evidence):
    verdict = Verifier(GROUPS).check(statement, [evidence])
    assert verdict.supported == (not verdict.against)
    assert 0 <= verdict.coverage <= 1


def test_numbers_have_their_units_and_dates_their_parts():
    units = (
        Worder().read("On 6 August 2024 it paid $1.5 million, 30% of 1,500, in its 30-year history.").units
    )
    numbers = [unit.text for unit in units if unit.kind == "number"]
    assert numbers == ["6", "month 8", "2024", "$1500000", "30%", "1500", "30"]


def test_may_the_month_is_not_may_the_verb():
    units = Worder().read("It may leave in May 2023.").units
    assert [unit.text for unit in units if unit.kind == "number"] == ["month 5", "2023"]


def test_names_are_told_from_words_at_the_start_of_a_sentence():
    units = Worder(GROUPS).read("Although Moscow agreed, Olaf Scholz left. The Kremlin did not.").units
    assert [unit.text for unit in units if unit.kind == "name"] == ["moscow", "olaf", "scholz", "kremlin"]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("They did not send troops.", {"send", "troops"}),
        ("They didn’t send troops.", {"send", "troops"}),
        ("They stopped short of sending troops.", {"sending", "troops"}),
        ("They did not fail to send troops.", set()),
        ("They did not leave, but sent troops.", {"leave"}),
        ("Calls to return were ignored.", {"calls", "return"}),
        ("Not only did they send troops.", set()),
        ("A short war.", set()),
    ],
)
def test_what_a_not_turns_into_its_opposite(text, negated):
    units = Worder().read(text).units
    assert {unit.text for unit in units if unit.negated} == negated


def test_the_pairs_are_enough_and_their_quotes_stand_in_the_articles(corpus):
    pairs = read_pairs(articles=corpus.articles)
    right = [pair for pair in pairs if pair.supported]
    assert len(pairs) >= 140
    assert len(right) * 2 == len(pairs)
    assert {pair.kind for pair in pairs if not pair.supported} >= {
        "number", "country", "negation", "swapped", "stronger", "source",
    }  # fmt: skip
    assert sum(pair.half == "held" for pair in pairs) >= 60
    both = {h: {pair.quote for pair in pairs if pair.half == h and pair.supported} for h in ("fit", "held")}
    assert both["fit"] & both["held"] == set()


def test_a_question_is_no_statement(shipped):
    verdict = shipped.check("Question: why did Georgia leave in 1999?", ["Georgia left in 1999."])
    assert verdict.against == ("it asks, and says nothing",)


@pytest.mark.slow
def test_the_verifier_holds_what_was_measured(shipped):
    """The held half was never used to choose anything; the README gives these figures."""
    table = pair_table(read_pairs(), shipped)
    assert table.caught("fit") >= 0.97
    assert table.refused("fit") <= 0.07
    # the aims of 95 and 10 % are missed on what was held back, where it is worded most freely
    for batch, caught, refused in ((1, 0.98, 0.08), (2, 0.88, 0.13), (4, 0.90, 0.31), (None, 0.92, 0.17)):
        assert table.caught("held", batch) >= caught
        assert table.refused("held", batch) <= refused
    assert table.lines()[-2].startswith("wrong caught")


AGAINST = "'never' is more than the evidence says"
STRANGE = "nothing in the evidence says 'tolls sank'"
HARDLY = "read beside it, the evidence does not say so (0.1%)"
MISSING = "1998 is not in the evidence"


@pytest.mark.parametrize(
    ("findings", "against"),
    [
        (Findings((), (), (), 1.0, None), ()),
        (Findings((), (), (STRANGE,), 1.0, None), (STRANGE,)),
        (Findings((), (), (STRANGE,), 0.4, 0.4), (STRANGE, "only 40% of its words are in the evidence")),
        (Findings((), (), (STRANGE,), 0.4, 0.9), ()),  # other words, and the checker is sure
        (Findings((), (AGAINST,), (), 1.0, 0.9), (AGAINST,)),
        (Findings((), (AGAINST,), (), 1.0, 0.96), ()),  # it takes the rule for mistaken
        (Findings((MISSING,), (), (), 1.0, 0.99), (MISSING,)),  # whatever it makes of it
        (Findings((), (), (), 1.0, 0.001), (HARDLY,)),
    ],
)
def test_the_checker_makes_up_for_words_and_meaning_and_not_for_what_is_missing(findings, against):
    verdict = findings.judge(Limits(covered=0.55, doubted=0.002, sure=0.5, certain=0.95))
    assert verdict.against == against
    assert verdict.supported == (not against)


@pytest.mark.slow
def test_the_limits_are_those_that_the_fit_half_asks_for(shipped):
    assert fit_limits(read_pairs(), shipped) == LIMITS


def test_several_threads_may_check_at_once(shipped):
    pairs = read_pairs()[:24]
    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(lambda pair: shipped.check(pair.statement, [pair.quote]), pairs * 3))
    assert verdicts[:24] == verdicts[24:48] == verdicts[48:]


def test_a_pair_whose_quote_is_gone_is_named(tmp_path, corpus):
    file = tmp_path / "pairs.jsonl"
    file.write_text(
        '{"statement": "a", "article": "russian-nato", "quote": "never said", "supported": true, '
        '"kind": "other words", "half": "fit"}\n'
    )
    with pytest.raises(ChatError, match=r"line 1: 'never said' is not in 'russian-nato'"):
        read_pairs(file, corpus.articles)
    file.write_text("{}\n")
    with pytest.raises(ChatError, match="cannot be read as pairs"):
        read_pairs(file)
