"""What the verifier lets pass and what it refuses, by hand-worked examples and on the pairs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ChatError
from chat.writer.pairs import fit_sure, pair_table, read_pairs
from chat.writer.telling import told_as_fact
from chat.writer.verifying import (
    SURE,
    SURE_OF_BRIEF,
    SURE_OF_RECKONED,
    Verifier,
    _given,
    _in_its_terms,
    _missing,
    _reckoned,
)
from chat.writer.wording import Worder, plain
from index.synonyms import parse_synonyms

GROUPS = parse_synonyms(
    "Moscow, Russia, Russian\nBaku, Azerbaijan\nCSTO, Collective Security Treaty Organization\n"
)
LEFT = "Baku left in 1999, alongside Caucasus neighbor Georgia."


@pytest.fixture(scope="module")
def verifier(checker) -> Verifier:
    return Verifier(checker, GROUPS)


@pytest.fixture(scope="module")
def shipped(corpus, checker) -> Verifier:
    return Verifier(checker, parse_synonyms(corpus.synonyms))


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("Azerbaijan left in 1999.", LEFT),
        ("On 6 August 2024 the army crossed the border.", "The army crossed the border on August 6, 2024."),
        (
            "It sent 1500 troops to the border.",
            "In the spring of that year it sent 1,500 troops to the border.",
        ),
        ("The price of bread rose by 5 percent.", "The price of bread rose by 5% in only one year."),
        (
            "They paid $2 million for the old bridge.",
            "In the end they paid 2 million dollars for the old bridge.",
        ),
        ("The pact has six members.", "The pact has 6 members, and four other states observe it."),
        (
            "The Collective Security Treaty Organization refused to send troops.",
            "The CSTO refused to send any troops to the region that year.",
        ),
        (
            "They did not recognize the region as independent.",
            "They refused to recognize the region as an independent state.",
        ),
        ("She called it “our man”.", "In a speech to voters she called it ‘our man’ in public."),
        (
            "The multivector policy of the country stays.",
            "The multi-vector policy of the country stays as it was.",
        ),
        ("The members have to defend each other.", "By the charter the members must all defend one another."),
        (
            "Russia must redirect its army to the border.",
            "Russia has to redirect its army to the border now.",
        ),
        (
            "Prices rose because of the drought.",
            "The drought of that summer caused prices to rise in all towns.",
        ),
        (
            "Anxious to keep trust, Russia refused to help.",
            "Russia refused to help, so as to keep its allies' trust.",
        ),
        ("Twenty-five members left the pact.", "In the end 25 members left the pact for good."),
        ("It cost $5bn to build.", "The new dam on the river cost $5 billion to build."),
        ("One million men left the country.", "In that year alone 1 million men left the country."),
        ("Costs rose in that year.", "In that year prices rose in all of the towns."),
        ("It was 30%.", "It was 30%."),
    ],
)
def test_what_is_said_in_other_words_passes(verifier, statement, evidence):
    assert verifier.check(statement, [evidence]).against == ()


@pytest.mark.parametrize(
    ("statement", "evidence", "missing"),
    [
        ("Azerbaijan left in 1998.", LEFT, "1998 is not in the evidence"),
        ("In 1999 Armenia left.", LEFT, "the name armenia"),
        ("The army crossed on 8 August.", "The army crossed on 6 August.", "8 is not"),
        ("The army crossed in June.", "The army crossed in July.", "month 6"),
        ("The price rose by 5%.", "The price rose by 5 points.", "5%"),
        ("They paid $2 million.", "They paid €2 million.", "$2000000"),
        ("It is the second largest buyer.", "It is the third largest buyer.", "2th"),
        ("It began in the Second World War.", "It began in World War I.", "2th is not"),
        ("It fell under Pope Pius IX.", "It fell under Pope Pius XI.", "9th is not"),
        ("Five states left.", "Baku, Georgia and Malta left.", "5 is not"),
        ("Five states left.", "Georgia and Malta left, and from Rome, Oslo Bonn heard.", "5 is not"),
        ("The six-member bloc agreed.", "The five-member bloc agreed.", "6 is not"),
        ("Twenty-five members left.", "Thirty-five members left.", "25 is not"),
        ("It cost $5bn.", "It cost $5 million.", "$5000000000 is not"),
        ("Article 4 binds them.", "Article 5 binds them.", "4 is not"),
        ("The United Nations left.", "The United States left.", "the name nations"),
        ("Vienna left Austria.", "Vienna left Australia.", "the name austria"),
        ('He called "a" bad and "it" good.', 'He called "a" bad.', "quoted words 'it'"),
        ("She called it “a friend”.", "She called it “our man”.", "quoted words"),
        ("Did Georgia leave in 1999?", LEFT, "it asks"),
        ("Penguins live on ice.", LEFT, "no word in common"),
        ("1999!", LEFT, "nothing that can be checked"),
        ("", LEFT, "nothing that can be checked"),
    ],
)
def test_numbers_names_quotations_and_some_word_must_be_there(verifier, statement, evidence, missing):
    """Whatever the checker makes of it: it is not even asked."""
    verdict = verifier.check(statement, [evidence])
    assert not verdict.supported
    assert verdict.support is None
    assert missing in "; ".join(verdict.against)


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("A Kyrgyz official said so.", "A Belarusian official said so in a Kyrgyz town."),
        ("Baku did not leave in 1999.", LEFT),
        ("They left.", "They did not leave."),
        ("All members left.", "Two members left."),
        ("The members left.", "The members may leave."),
        ("The state left the pact.", "The state asked to leave the pact."),
        ("Georgia attacked Russia.", "Russia attacked Georgia."),
        ("Russia's ally attacked Georgia.", "Georgia's ally attacked Russia."),
        ("Baku left and later blamed greedy partners.", LEFT),
        ("Georgia left in 1999, and Baku in 2012.", "Baku left in 1999. Georgia followed in 2012."),
        ("It is likely that they leave.", "It is unlikely that they leave."),
        ("The drought rose because prices fell.", "Prices fell because of the drought."),
        ("It has been set up.", "It is time to set up a fund, and to pay."),
        ("Prices are less stable.", "Prices are more stable."),
        ("They never agree.", "They do not always agree."),
        ("It is the only tool.", "It is one of the tools."),
        ("Most farmers agreed, residents did not.", "Most residents agreed, farmers did not."),
        ("Firms may report it.", "Firms must report it."),
        ("They returned to the pact.", "They turned away from the pact."),
        ("The bridge is old.", "The critics say that the bridge is old."),
        ("Many states left.", "Two states left."),
        ("It is the largest buyer.", "It is the third largest buyer."),
        ("Prices will fall.", "Prices fell."),
    ],
)
def test_what_is_subtly_wrong_is_refused(verifier, statement, evidence):
    verdict = verifier.check(statement, [evidence])
    assert not verdict.supported
    assert verdict.support is None or verdict.support < SURE_OF_BRIEF
    assert verdict.against


@pytest.mark.parametrize(
    ("statement", "evidence", "renamed"),
    [
        ("Azerbaijan’s army sent 1500 men.", "Baku sent 1,500 soldiers.", "Baku's army sent 1,500 men."),
        ("Georgia and Azerbaijan left.", "Baku left, and Georgia.", "Georgia and Baku left."),
        (
            "Of 2 million six left Baku.",
            "Azerbaijan lost 6 of 2,000,000.",
            "Of 2,000,000 six left Azerbaijan.",
        ),
        ("Russia's men left.", "Russian men left.", "Russia's men left."),  # which it knows
        ("They met twice.", "They met two times.", "They met twice."),
        ("Russia left Moscow.", "Moscow left.", "Moscow left Moscow."),
        ("Russia left Moscow.", "Russia left Moscow.", "Russia left Moscow."),
        ("They paid $2 million.", "They paid 2 million dollars.", "They paid $2 million."),
        ("The states left.", "The state left.", "The states left."),
    ],
)
def test_the_checker_is_shown_the_evidence_s_own_names_and_numerals(statement, evidence, renamed):
    worder = Worder(GROUPS)
    said = plain(statement)
    assert _in_its_terms(said, worder.read(said), evidence, worder.read(evidence)) == renamed


@pytest.mark.parametrize(
    ("statement", "evidence", "teller"),
    [
        ("The bridge is old.", "The critics say that the bridge is old.", "The critics say that"),
        ("The toll will double.", "According to the mayor, the toll will double.", "According to the mayor,"),
        ("The firm dumped waste.", "Residents claim that the firm dumped waste.", "Residents claim that"),
        ("The minister took bribes.", "The opposition accused the minister of taking bribes.", "The opposition accused"),
        ("The general ordered it.", '"The general ordered it," a former aide said.', 'a former aide said.'),
        ("Exports fell after the ban.", "Analysts say exports fell after the ban.", "Analysts say"),
        ("The river carried gold.", "Legend has it that the river carried gold.", "Legend"),
        ("The prince was poisoned.", "The prince is said to have been poisoned by his brother.", "The prince is said to"),
        ("The pact is a tool of one state.", "Some observers see the pact as a tool of one state.", "Some observers see"),
    ],
)  # fmt: skip
def test_what_somebody_says_is_no_fact(verifier, statement, evidence, teller):
    verdict = verifier.check(statement, [evidence])
    assert verdict.against[0].startswith("the evidence does not say so itself, but ")
    assert teller in verdict.against[0]
    assert verifier.check(evidence, [evidence]).supported
    assert verifier.check(statement, [evidence, statement]).supported


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("Some say the bridge is old.", "The critics say that the bridge is old."),
        ("For its critics, the bridge is old.", "The critics say that the bridge is old."),
        ("The mayor wants the toll doubled.", "According to the mayor, the toll should double."),
        ("The bridge fell in 1931.", "The bridge fell in 1931, and the mayor said that it was old."),
        ("The ministry allegedly paid.", "The ministry is said to have paid."),
        ("The minister said little.", "The minister said little about the pact."),
        ("Only two states use it.", "Lawyers hoped that it would change. So far only two states use it."),
        ("Two states use it.", "Lawyers hoped that it would change; so far two states use it."),
        ("Tolls did not fall.", "Although the firm insists that wages rose, tolls did not fall."),
        ("Tolls did not fall.", "The firm said that wages rose, but tolls did not fall."),
        ("Malta may have sought an alliance.", "It is hard to say whether Malta sought an alliance."),
        ("Malta called.", "Malta called, and it is hard to say whether it sought an alliance."),
        ("Tolls rose.", "Whereas farmers regard the road as a threat, tolls rose."),
        ("The bridge fell.", "The bridge fell in May, and the mayor has warned of more."),
        (
            "Malta rejoined the pact.",
            "Malta rejoined the pact. It had left under the mayor, who hoped for better ties.",
        ),
        ("Most people live there.", "According to the census, most people live there."),
        ("Malta sold the old bridge.", "Malta, some suspected, bought arms, having sold the old bridge."),
        ("The show began in May.", "The show began in May, 2016 and concluded in June."),
        (
            "People gathered at night.",
            'It was there that the "supposedly reformed" gathered; people came at night.',
        ),
    ],
)
def test_what_is_told_as_somebody_s_word_passes(statement, evidence):
    assert told_as_fact(statement, evidence, Worder().terms) == ""


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("Export bans raised prices.", "Export bans, economists fear, raised prices and closed mills."),
        (
            "The walkout saved the pact.",
            "Far from hurting it, argues a former envoy, the walkout saved the pact.",
        ),
        (
            "The mill dumped waste.",
            "The mill dumped waste for years, a former guard claimed, and the mayor said.",
        ),
        ("The mill dumped waste.", "The mill dumped waste for years, the guard said on Monday."),
        ("Mills closed.", "In the spring mills closed, according to the union."),
        ("Mills closed.", "The harbour is busy. Guards believe that mills closed."),
        ("Mills closed.", "While the harbour is busy, guards claim mills closed."),
        (
            "Malta sought an alliance.",
            "It is difficult to say whether Malta sought an alliance when it called.",
        ),
        ("Malta sought an alliance.", "There is no proof that Malta sought an alliance."),
    ],
)
def test_what_is_told_in_part_of_a_sentence_is_no_fact(statement, evidence):
    assert told_as_fact(statement, evidence, Worder().terms)


def test_beside_a_brief_quote_the_checker_must_be_surer(verifier):
    verdict = verifier.check("The mayor is unpopular.", ["The mayor lost the vote."])
    assert not verdict.supported
    assert SURE < verdict.support < SURE_OF_BRIEF


def test_a_brief_quote_beside_others_takes_nothing_from_what_these_say(verifier):
    said = "By 1999 Baku was buying its arms elsewhere."
    long = "Baku left the pact in 1999, as it saw no more use in it and had found other sources of arms."
    verdict = verifier.check(said, ["It has five members.", long])
    assert verdict.supported
    assert SURE < verdict.support < SURE_OF_BRIEF


def test_names_that_are_listed_can_be_counted(verifier):
    def counts(text: str) -> set[str]:
        known = Worder().read(text)
        named = {key for unit in known for key in unit.keys}
        return {key for key in _given(text, known) - named if key[0].isdigit()}

    assert counts("Baku, Georgia, and the Maltese met Rome and Oslo; Bonn's envoy did not.") == {
        "3",
        "2",
        "5",
    }
    assert counts("Both left after 12 days of a decade.") == {"2", "2th", "10"}
    assert counts("Baku sold it, Georgia bought it in 1999.") == set()
    assert verifier.check("Three states left in 1999.", ["Baku, Georgia and Malta left in 1999."]).supported


@pytest.mark.parametrize(
    ("evidence", "implied", "not_implied"),
    [
        ("It came at its fiftieth meeting.", ["50"], ["51", "49", "half"]),
        ("They met in 1965.", ["1960s"], ["1950s", "1966", "half"]),
        ("Some 42,000 people fled.", ["thousands", "hundreds", "dozens"], ["millions"]),
        ("Only 700 people fled in 1999.", ["hundreds"], ["thousands"]),
        ("Of voters 44 percent agreed.", ["half"], ["44"]),
        ("Baku left.", ["2"], ["1", "half"]),
        ("Baku left after 12 days.", [], ["2"]),
        ("Of seven parties two agreed.", ["5", "9", "half"], ["3", "14"]),
        ("It ran from 1992 to 2002.", ["10"], ["11", "2012", "1982"]),
        ("It began in 1931 and fell nine years later.", ["1940", "1922"], ["1941"]),
        ("It began on day nine of 1931.", [], ["1940"]),
        ("Baku, Georgia and Malta left; four more stayed.", ["7"], ["8"]),
        ("Of 3, 5, 8, 13 and 90 one was even.", [], ["2", "10", "16"]),  # of many nearly any is a sum
    ],
)
def test_what_the_numbers_of_the_evidence_imply_is_for_the_checker(evidence, implied, not_implied):
    reckoned = _reckoned(evidence, Worder().read(evidence))
    assert reckoned.issuperset(implied)
    assert reckoned.isdisjoint(not_implied)


def test_of_a_number_that_only_follows_the_checker_must_be_surer(verifier):
    evidence = [
        "The pact has seven members, and of these only two sent troops to the border in the spring of 1992."
    ]
    assert verifier.check("Less than half of the pact's members sent troops.", evidence).supported
    verdict = verifier.check("More than half of the pact's members sent troops.", evidence)
    assert not verdict.supported
    assert SURE < verdict.support < SURE_OF_RECKONED


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("After two decades it fell.", "After twenty years it fell."),
        ("Its profits rose sevenfold.", "Its profits rose by seven times."),
        ("Its profits more than doubled.", "Its profits rose to more than twice as much."),
        ("It was signed in 2030's panic.", "It was signed in the panic of 2030."),
        ("A report from May names it.", "A report of 14 May names it."),
        ("It rose in March.", "The March figure rose."),
        ("The twentieth congress met.", "The 20th congress met."),
    ],
)
def test_a_number_in_another_form_is_the_same(statement, evidence):
    worder = Worder()
    keys = _given(evidence, worder.read(evidence))
    units = [unit for unit in worder.read(statement) if unit.kind != "word"]
    assert units
    assert all(unit.keys & keys for unit in units)


def missing_from(evidence: str, statement: str) -> list[str]:
    worder = Worder()
    known = worder.read(evidence)
    return list(_missing(statement, worder.read(statement), evidence, known, _given(evidence, known)))


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("The EU paid.", "The European Union paid."),
        (
            "Like NATO's, its members pay.",
            "Much like Article Five of the North Atlantic Treaty, it makes members pay.",
        ),
        ("The European Union paid.", "The EU paid."),
        ("The Bank of New Malta paid.", "The BNM paid."),
        ("In the United States wages rose.", "American wages rose."),
        ("The Dutch paid.", "The Netherlands paid."),
        ("They paid the U.K. for it.", "They paid Great Britain for it."),
    ],
)
def test_a_name_and_its_initials_or_people_are_the_same(statement, evidence):
    assert missing_from(evidence, statement) == []


@pytest.mark.parametrize(
    ("statement", "evidence"),
    [
        ("The EU paid.", "The Eastern Bank paid, and Ulm."),
        ("The EU paid.", "In Europe, Union members paid."),
        ("NATO paid.", "The North Atlantic paid."),
        ("The European Union paid.", "The EBU paid."),
        ("They paid Ulm.", "They paid the Union of Local Mills."),
        ("The Dutch paid.", "The Danish paid."),
        ("They paid the UK.", "They paid the US."),
    ],
)
def test_initials_of_something_else_are_another_name(statement, evidence):
    assert missing_from(evidence, statement)


@pytest.mark.parametrize("run", ["Ab ", "Ab Cd of the ", "A-B"])
def test_a_run_of_thousands_of_capitals_is_gone_through_once(run):
    """Once for each of its words took minutes."""
    assert missing_from("The EU met.", run * 7_000)
    assert missing_from(run * 7_000, "The EU met.")


@pytest.mark.parametrize(
    "statement",
    [
        "Trouble over tolls is what the town has.",
        "Formal troubles over tolls are there in town.",
        "Shared Turkish tolls trouble the town.",
        "Not since the Second World War had the town such tolls.",
    ],
)
def test_the_first_word_of_a_sentence_is_no_missing_name(verifier, statement):
    evidence = "For the first time since World War II the town has trouble with tolls, of Turkish kind, which it shares."
    assert not any("not in the evidence" in line for line in verifier.check(statement, [evidence]).against)


def test_the_very_words_of_a_quote_need_no_reading(verifier):
    verdict = verifier.check("“Baku left,” it said", ["Nobody left.", "Baku left, it said."])
    assert (verdict.supported, verdict.support) == (True, 1.0)


def test_another_language_is_refused(shipped):
    evidence = ["Baku left in 1999, alongside Caucasus neighbor Georgia."]
    for statement in ("Баку вышел в 1999 году.", "Baku ist 1999 ausgetreten, wie auch Georgien."):
        assert not shipped.check(statement, evidence).supported


def test_a_sentence_supports_itself(corpus, shipped):
    from ingest import split_sentences

    sentences = [s for article in corpus.articles.values() for s in split_sentences(article)]
    prose = [s.text for s in sentences if len(s.text.split()) > 3 and not s.text.endswith("?")]
    refused = [text for text in prose if not shipped.check(text, [text]).supported]
    assert len(prose) > 250
    assert refused == []


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_texts_at_all_get_a_verdict(verifier, statement, evidence):
    verdict = verifier.check(statement, [evidence])
    assert verdict.supported == (not verdict.against)
    assert verdict.support is None or 0 <= verdict.support <= 1


def test_numbers_have_their_units_and_dates_their_parts():
    units = Worder().read("On 6 August 2024 it paid $1.5 million, 30% of 1,500, in its 30-year history.")
    numbers = [unit.text for unit in units if unit.kind == "number"]
    assert numbers == ["6", "month 8", "2024", "$1500000", "30%", "1500", "30"]


def test_may_the_month_is_not_may_the_verb():
    units = Worder().read("It may leave in May 2023.")
    assert [unit.text for unit in units if unit.kind == "number"] == ["month 5", "2023"]


def test_names_are_told_from_words_at_the_start_of_a_sentence():
    units = Worder(GROUPS).read("Although Moscow agreed, Olaf Scholz left. The Kremlin did not.")
    assert [unit.text for unit in units if unit.kind == "name"] == ["moscow", "olaf", "scholz", "kremlin"]


def test_the_pairs_are_enough_and_their_quotes_stand_in_the_articles(corpus):
    pairs = read_pairs(articles=corpus.articles)
    right = [pair for pair in pairs if pair.supported]
    assert len(pairs) >= 1_000
    assert len(right) * 2 == len(pairs)
    assert {pair.kind for pair in pairs if not pair.supported} >= {
        "number", "country", "negation", "swapped", "stronger", "source",
    }  # fmt: skip
    assert sum(pair.half == "held" for pair in pairs) >= 500
    both = {h: {pair.quote for pair in pairs if pair.half == h and pair.supported} for h in ("fit", "held")}
    assert both["fit"] & both["held"] == set()


@pytest.mark.slow
def test_the_verifier_holds_what_was_measured(shipped):
    """Nothing was fitted on the held half; the README gives these figures."""
    table = pair_table(read_pairs(), shipped)
    assert table.caught("fit") >= 0.97
    assert table.refused("fit") <= 0.06
    # the aims are 95 and 10 %
    assert table.caught("held") >= 0.96
    assert table.refused("held") <= 0.07
    assert table.lines()[-2].startswith("wrong caught")


@pytest.mark.slow
def test_the_limit_is_the_one_that_the_fit_half_asks_for(shipped):
    assert fit_sure(read_pairs(), shipped) == SURE


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
