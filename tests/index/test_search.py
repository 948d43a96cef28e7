"""Search over the five shipped articles: what comes first, from where, and why."""

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.vector_stores.chroma import ChromaVectorStore

from index import Searcher
from index.generations import CHROMA, copy_generation, current_generation
from index.llama import DossierEmbedding
from index.records import Contents
from index.search import DEPTH, WEIGHTS
from index.vectors import open_vectors
from ingest import Article, Block

FOUNDED = "When was the CSTO founded?"


@pytest.fixture(scope="module")
def best_five(shipped_index):
    """The five best sentences for a question, as one text."""

    def best_five(question: str) -> str:
        found = shipped_index.search(question)
        return "\n".join(shipped_index.contents.sentences[m.id].text for m in found.sentences[:5])

    return best_five


@pytest.fixture(scope="module")
def collections(shipped_index, tmp_path_factory):
    """Chroma's own collections by kind, in a private copy."""
    generation = current_generation(shipped_index.folder)
    place = tmp_path_factory.mktemp("private") / "copy"
    vectors = open_vectors(copy_generation(generation.folder, None, place).folder / CHROMA)
    yield vectors.collections
    vectors.close()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long did the peacekeepers stay in Kazakhstan?", "only 5 days"),
        ("How many soldiers did Russia move from Tajikistan to Ukraine?", "1,500 troops"),
        ("Who is Saadi Khamidov?", "independent researcher from Tajikistan"),
        ("Which states sold drones to Central Asia?", "Turkey and Iran have exported drones"),
        ("What did Lukashenko say about the war?", "end this scuffle"),
        ("what does article seven of the charter say", "The Member States shall take joint measures"),
        ("When did Baku leave the alliance?", "1999"),
    ],
)
def test_the_sentence_that_answers_is_among_the_best_five(best_five, question, words):
    assert words in best_five(question)


def test_misspelt_names_find_the_same_as_the_right_ones_and_are_told(shipped_index):
    found = shipped_index.search("What did Lukashenco want from Kazahkstan?")
    assert found.question == "What did Lukashenko want from Kazakhstan?"
    assert [(c.asked, c.meant) for c in found.corrections] == [
        ("Lukashenco", "Lukashenko"),
        ("Kazahkstan", "Kazakhstan"),
    ]
    assert found.sentences == shipped_index.search(found.question).sentences


@pytest.mark.parametrize(
    ("word", "mentioned"),
    [
        ("Ukraine", True),
        ("Ukrainians", True),  # all but its ending
        ("TOKAYEV’S", True),
        ("USSR", True),  # a synonym
        ("Prigozhin", True),  # stands in a prepared question alone
        ("Japarov", False),  # not for Japan
        ("Zzyzx", False),
        ("Zzz", False),
        ("", True),
    ],
)
def test_a_word_is_mentioned_where_it_or_its_beginning_stands(shipped_index, word, mentioned):
    assert shipped_index.current().mentions(word) is mentioned


def test_who_wrote_an_article_is_mentioned_though_no_block_names_them(embedder):
    text = "The mill stands."
    block = Block(0, len(text), "paragraph")
    article = Article("x", text, "Tovenaar", (block,), "x.md", "0" * 64, ("Eva Quistgaard",), "The Zeepkist")
    searcher = Searcher(Contents({"x": article}, {}, {}), None, embedder)
    assert all(map(searcher.mentions, ("mill", "Tovenaar", "Quistgaard", "Zeepkist")))
    assert not searcher.mentions("Holmqvist")


def test_matches_are_best_first_and_each_list_has_every_rank_once(shipped_index):
    found = shipped_index.search(FOUNDED, limit=10_000)
    assert [m.score for m in found.sentences] == sorted((m.score for m in found.sentences), reverse=True)
    assert [m.score for m in found.passages] == sorted((m.score for m in found.passages), reverse=True)
    assert {name for match in found.sentences for name in match.found} == set(WEIGHTS)
    for name in ("dense", "words"):
        places = sorted((m.found[name] for m in found.sentences if name in m.found), key=lambda p: p.rank)
        assert [place.rank for place in places] == list(range(1, len(places) + 1))
        assert [place.score for place in places] == sorted((p.score for p in places), reverse=True)
        assert len(places) <= DEPTH


def test_scores_lie_between_nought_and_about_one(shipped_index):
    found = shipped_index.search(FOUNDED)
    assert all(-0.2 < match.score < 1.2 for match in (*found.sentences, *found.passages))


def test_the_same_question_finds_the_same(shipped_index):
    assert shipped_index.search(FOUNDED) == shipped_index.search(FOUNDED)


def test_no_more_is_given_than_asked_for(shipped_index):
    found = shipped_index.search(FOUNDED, limit=3)
    assert (len(found.sentences), len(found.passages)) == (3, 3)


def test_a_scope_fills_every_list_from_its_own_articles(shipped_index):
    contents = shipped_index.contents
    for name in contents.articles:
        found = shipped_index.search(FOUNDED, {name}, limit=10_000)
        assert {match.article for match in (*found.sentences, *found.passages)} == {name}
        for near in (*found.prepared, *found.gaps):
            assert {id.rsplit(":", 1)[0] for id in near.targets} == {name}
        sentences = sum(s.article == name for s in contents.sentences.values())
        passages = sum(p.article == name for p in contents.passages.values())
        assert sum("dense" in match.found for match in found.sentences) == min(DEPTH, sentences)
        assert sum("passage_dense" in match.found for match in found.passages) == min(DEPTH, passages)
        assert len(found.prepared) == len(found.gaps) == DEPTH


def test_a_scope_of_two_articles_holds_both_and_no_other(shipped_index):
    scope = {"russian-nato", "kursk-incursion"}
    found = shipped_index.search(FOUNDED, scope, limit=10_000)
    assert {match.article for match in found.sentences} == scope


@pytest.mark.parametrize("scope", [set(), {"no-such-article"}])
def test_a_scope_without_articles_finds_nothing(shipped_index, scope):
    found = shipped_index.search(FOUNDED, scope)
    assert (found.sentences, found.passages, found.prepared, found.gaps) == ((), (), (), ())


@pytest.mark.parametrize("question", ["", "   ", "\n\u00a0"])
def test_an_empty_question_finds_nothing(shipped_index, question):
    found = shipped_index.search(question)
    assert (found.sentences, found.passages, found.known_share) == ((), (), 0.0)


@pytest.mark.parametrize(
    "question",
    ["Why? " * 800, "x" * 4000, "😀", "…", "the of and", "\0", "'; DROP TABLE embeddings; --", "今日は"],
    ids=lambda question: ascii(question[:6]),
)
def test_odd_and_long_questions_are_searched_for_like_any_other(shipped_index, question):
    assert len(question) <= 4000
    assert len(shipped_index.search(question).sentences) == 50


def test_words_that_no_article_has_are_told_by_the_known_share(shipped_index):
    assert shipped_index.search("football championship").known_share == 0
    assert shipped_index.search("peacekeepers Kazakhstan").known_share == 1
    assert 0 < shipped_index.search("football Kazakhstan").known_share < 1


def test_a_prepared_question_finds_itself_and_lifts_its_sentence(shipped_index):
    prepared = shipped_index.contents.prepared[0]
    question = prepared.questions[0]
    found = shipped_index.search(question)
    assert found.prepared[0].score == pytest.approx(1, abs=1e-3)
    assert found.sentences[0].id in found.prepared[0].targets
    assert found.sentences[0].found["prepared"].rank == 1


def test_a_gap_question_finds_itself_among_the_gaps(shipped_index):
    gap = shipped_index.contents.gaps[0]
    near = shipped_index.search(gap.question).gaps[0]
    assert (near.question, near.score) == (gap.question, pytest.approx(1, abs=1e-3))


def test_without_vectors_it_goes_by_words(shipped_index, embedder):
    by_words = Searcher(shipped_index.contents, None, embedder)
    found = by_words.search("Who is Saadi Khamidov?", {"strained-architecture"})
    assert {name for match in found.sentences for name in match.found} == {"words", "passage_words"}
    best = shipped_index.contents.sentences[found.sentences[0].id]
    assert best.text.startswith(("Saadi Khamidov is an independent researcher", "By Saadi Khamidov"))
    assert by_words.search("the of and").sentences == ()


def test_a_sentence_is_in_the_passage_that_is_given_for_it(shipped_index):
    for id, sentence in shipped_index.contents.sentences.items():
        passage = shipped_index.searcher.passage_of(id)
        assert passage.start <= sentence.start < sentence.end <= passage.end


def test_chroma_holds_as_many_of_each_kind_as_there_are_entries(shipped_index, collections):
    entries = shipped_index.contents.entries()
    for kind in ("passage", "sentence", "question", "gap"):
        stored = collections[kind].get(include=[])["ids"]
        assert set(stored) == {entry.id for entry in entries if entry.kind == kind}


def test_llamaindex_retrieves_passages_from_their_collection(shipped_index, collections, embedder):
    store = ChromaVectorStore(chroma_collection=collections["passage"])
    index = VectorStoreIndex.from_vector_store(store, embed_model=DossierEmbedding(embedder))
    hits = index.as_retriever(similarity_top_k=5).retrieve(FOUNDED)
    assert len(hits) == 5
    assert "Founded in 1992, the CSTO" in "".join(hit.node.text for hit in hits)
    for hit in hits:
        article = shipped_index.contents.articles[hit.node.metadata["article"]]
        assert hit.node.text == article.slice(hit.node.start_char_idx, hit.node.end_char_idx)
        assert hit.node.ref_doc_id == article.id
        # neither an embedder nor a language model is given the metadata with the text
        assert hit.node.get_content("llm") == hit.node.get_content("embed") == hit.node.text
