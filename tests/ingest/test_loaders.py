"""From files to documents: what is read comes back exactly, what cannot be is refused in one clear line."""

import hashlib
import io
import os
import random
import sys
import textwrap
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import docx
import pypdf
import pytest
from docx.oxml import parse_xml

from ingest import loaders
from ingest.aside import close_aside
from ingest.errors import IngestError, RefusedFile
from ingest.loaders import find_files, load_document, load_folder
from ingest.markdown import markdown_blocks
from ingest.pdfs import read_pdf
from ingest.webpages import read_webpage
from ingest.word import read_word

WORDS = "The alliance was founded in 2002 and its members meet every year in a different capital city. "


@pytest.fixture(scope="module", autouse=True)
def _reader_ends():
    yield
    close_aside()


def put(folder: Path, name: str, content: str | bytes = WORDS) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(folder: Path, name: str, content: str | bytes):
    return load_document(put(folder, name, content), folder)


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    """Why the file is refused; every message is one line."""
    with pytest.raises(RefusedFile) as caught:
        load(folder, name, content)
    assert caught.value.file == name
    assert "\n" not in str(caught.value)
    return caught.value.reason


def read(document) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in markdown_blocks(document.text)]


# Which files are articles


def test_articles_are_found_at_any_depth_in_the_order_of_their_paths(tmp_path):
    for name in ["b.txt", "a/z.MD", "a/b/c.markdown", "c.html", "d.HTM", "e.pdf", "f.docx"]:
        put(tmp_path, name)
    files, refused = find_files(tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in files]
    assert names == ["a/b/c.markdown", "a/z.MD", "b.txt", "c.html", "d.HTM", "e.pdf", "f.docx"]
    assert refused == []


def test_what_stands_beside_the_articles_is_not_one(tmp_path):
    for name in [
        ".a.txt", ".git/a.txt", "README.md", "sub/readme.txt", "articles.toml", "synonyms.txt",
        "questions/a.md", "picture.png", "notes",
    ]:  # fmt: skip
        put(tmp_path, name)
    assert find_files(tmp_path) == ([], [])
    kept = put(tmp_path, "sub/questions/a.md")
    assert find_files(tmp_path)[0] == [kept]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(IngestError, match="no such folder"):
        find_files(tmp_path / "nowhere")


def test_links_within_the_folder_are_read_and_others_are_refused(tmp_path):
    corpus = tmp_path / "corpus"
    put(corpus, ".store/real.txt")
    (corpus / "inside.txt").symlink_to(corpus / ".store/real.txt")
    (corpus / "outside.txt").symlink_to(put(tmp_path, "secret.txt"))
    (corpus / "folder").symlink_to(tmp_path)
    (corpus / "up").symlink_to(corpus)
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "broken.txt").symlink_to(corpus / "gone.txt")
    files, refused = find_files(corpus)
    assert [path.name for path in files] == ["inside.txt"]
    assert {fault.file: fault.reason.split(";")[0] for fault in refused} == {
        "broken.txt": "this link leads nowhere or round in a circle",
        "folder": "this link leads out of the folder",
        "loop.txt": "this link leads nowhere or round in a circle",
        "outside.txt": "this link leads out of the folder",
        "up": "links to folders are not followed",
    }


def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    files, [fault] = find_files(tmp_path)
    assert files == []
    assert fault.file == "pipe.txt"
    with pytest.raises(RefusedFile, match="pipe"):
        load_document(tmp_path / "pipe.txt", tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(tmp_path):
    put(tmp_path, "a.txt").chmod(0)
    put(tmp_path, "sub/b.txt").parent.chmod(0)
    try:
        files, refused = find_files(tmp_path)
    finally:
        (tmp_path / "sub").chmod(0o700)
    assert files == []
    assert [fault.file for fault in refused] == ["a.txt", "sub"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
@pytest.mark.parametrize(("name", "shown"), [("a\nb.txt", "a\\nb.txt"), (b"\xff.txt", "\\udcff.txt")])
def test_a_name_that_cannot_be_shown_is_refused_with_escapes(tmp_path, name, shown):
    put(tmp_path, os.fsdecode(name))
    files, [fault] = find_files(tmp_path)
    assert files == []
    assert fault.file == shown
    assert str(fault).encode().isascii()


def test_a_file_that_vanished_is_refused(tmp_path):
    with pytest.raises(RefusedFile, match="cannot be read"):
        load_document(tmp_path / "gone.txt", tmp_path)


# Text and markdown


@pytest.mark.parametrize("text", ["a\r\nb\rc\n", "\ufeffBOM", "naïve – “quoted” 😀\x0c", "no newline at end"])
def test_text_comes_back_code_point_for_code_point(tmp_path, text):
    document = load(tmp_path, "sub/a.txt", text)
    assert document.text == text
    assert (document.file, document.format) == ("sub/a.txt", "text")
    assert document.sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n\t ", "is empty"),
        ("\ufeff\u00a0\u2003", "has only white space"),
        (b"caf\xe9", "is not UTF-8, byte 3 does not fit; save it as UTF-8"),
        (b"\xed\xa0\x80", "is not UTF-8, byte 0"),
        ("text".encode("utf-16"), "looks like UTF-16; save it as UTF-8"),
        ("text".encode("utf-32"), "looks like UTF-32; save it as UTF-8"),
        (b"ab\0cd", "is binary, byte 2 is NUL"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_text_that_cannot_be_used_is_refused_with_the_remedy(tmp_path, name, content, reason):
    assert refusal(tmp_path, name, content).startswith(reason)


def test_a_file_over_the_bound_is_refused_and_one_at_the_bound_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(loaders, "MAX_BYTES", 1000)
    assert len(load(tmp_path, "a.txt", "x" * 1000).text) == 1000
    assert refusal(tmp_path, "b.txt", "x" * 1001) == "has 1,001 bytes, the bound is 1,000; split it"


def test_one_line_of_the_largest_size_is_read_quickly(tmp_path):
    started = time.monotonic()
    assert len(load(tmp_path, "a.md", "x" * loaders.MAX_BYTES).text) == loaders.MAX_BYTES
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *end* of [it](http://example.org)\n\ntext", "The end of it"),
        ("Text first\n\n## A \\* heading\n\n### Another", "A * heading"),
        ("No heading", ""),
    ],
)
def test_the_first_heading_of_markdown_is_its_title(tmp_path, text, title):
    assert load(tmp_path, "a.md", text).title == title


# The whole folder


def test_copies_and_the_same_words_are_refused_naming_the_first(tmp_path):
    put(tmp_path, "a.txt", "One text.\n")
    put(tmp_path, "b.txt", "One text.\n")
    put(tmp_path, "c.md", "\ufeffOne\r\ntext.")
    put(tmp_path, "d.txt", "Another text.")
    put(tmp_path, "e.txt", b"\xff")
    documents, refused = load_folder(tmp_path)
    assert [document.file for document in documents] == ["a.txt", "d.txt"]
    assert [str(fault).split(";")[0] for fault in refused] == [
        "b.txt: is a copy of a.txt",
        "c.md: has the same text as a.txt",
        "e.txt: is not UTF-8, byte 0 does not fit",
    ]


# Web pages

PAGE = f"""<!DOCTYPE html><html><head><title>Window title | Site</title>
<meta property="og:title" content="The Alliance"><meta name="author" content="Ann Lee; Bob Ray">
<meta property="og:site_name" content="The Journal"><script>document.write("SCRIPT")</script></head><body>
<nav><a href="/">Home</a><a href="/about">About</a></nav>
<article><h1>The Alliance</h1><p>{WORDS}It is <b>not</b> F_16 &amp; * alone.<br>Second line.</p>
<h2>Members</h2><ul><li>Armenia left</li><li>Belarus stays</li></ul>
<blockquote><p>{WORDS}</p></blockquote><p>1992. That was the year in which the treaty was signed.</p>
<table><tr><th>Year</th><th>What</th></tr><tr><td>1999</td><td>three left</td></tr></table>
<p># is a sign, and `code` is <code>inline</code> here.</p><pre><code>x = 1
y = 2</code></pre></article><footer>Copyright</footer></body></html>"""


def test_a_web_page_gives_its_article_as_markdown_without_escapes(tmp_path):
    document = load(tmp_path, "a.html", PAGE)
    assert document.format == "markdown"
    assert read(document) == [
        ("title", "The Alliance"),
        ("paragraph", WORDS + "It is not F_16 & * alone."),
        ("paragraph", "Second line."),
        ("heading", "Members"),
        ("list_item", "Armenia left"),
        ("list_item", "Belarus stays"),
        ("quotation", WORDS.strip()),
        ("paragraph", "1992.\u00a0That was the year in which the treaty was signed."),
        ("paragraph", "1999 | three left"),
        ("paragraph", "# is a sign, and `code` is inline here."),
    ]


def test_a_web_page_says_its_title_authors_and_publisher(tmp_path):
    document = load(tmp_path, "a.html", PAGE)
    assert (document.title, document.authors) == ("The Alliance", ("Ann Lee", "Bob Ray"))
    assert document.publisher == "The Journal"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ("<meta charset=utf-8>", "utf-8"),
        ("", "utf-8"),
        ("", "utf-16"),
        ("<meta charset=koi8-r>", "utf-8-sig"),
    ],
)
def test_a_web_page_is_read_in_the_encoding_that_it_declares(tmp_path, head, encoding):
    page = f"<html><head>{head}</head><body><p>Договор был подписан в Ташкенте. {WORDS}</p></body></html>"
    assert "Договор был подписан в Ташкенте." in load(tmp_path, "a.html", page.encode(encoding)).text


def test_latin_1_is_read_as_browsers_read_it(tmp_path):
    page = f'<?xml version="1.0" encoding="ISO-8859-1"?><html><body><p>“Café” {WORDS}</p></body></html>'
    assert load(tmp_path, "a.htm", page.encode("cp1252")).text.startswith("“Café” The")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><body><p>caf\xe9</p>", "it declares no encoding and is not UTF-8, but byte 18"),
        (b"<meta charset=utf-8><p>caf\xe9</p>", "it declares utf-8, but byte 26"),
        (b"<meta charset=unicode_escape><p>x</p>", "it declares the encoding 'unicode_escape'"),
        (b"<html><body></body></html>", "no article was found"),
        (b"<html><body><script>x=1</script></body></html>", "no article was found"),
        (b"<html><body>" + b"<div>" * 50_000 + b"deep", "no article was found"),
    ],
)
def test_a_web_page_that_cannot_be_read_is_refused(tmp_path, page, reason):
    assert refusal(tmp_path, "a.html", page).startswith(reason)


def test_a_web_page_reads_no_file_and_no_network(tmp_path, monkeypatch):
    secret = put(tmp_path, "secret", "SECRET")
    page = (
        f'<!DOCTYPE html SYSTEM "http://example.invalid/x.dtd" [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        f'<html><head><link rel="canonical" href="http://example.invalid/"></head>'
        f'<body><img src="http://example.invalid/i.png"><p>{WORDS}&e;</p></body></html>'
    )
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the page was fetched from"))
    assert "SECRET" not in read_webpage(page.encode(), "a.html").text


# PDF


def pdf(pages: list[list[str]], about: str = "") -> bytes:
    """A minimal PDF with these lines on its pages; empty lines leave a gap."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {about} >>".encode(),
    ]
    kids = []
    for lines in pages:
        drawn = "\n".join(
            f"BT /F1 10 Tf 50 {800 - 14 * row} Td ({line}) Tj ET" for row, line in enumerate(lines) if line
        ).encode("cp1252")
        objects.append(b"<< /Length %d >> stream\n%b\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, b"".join(places))
    end = b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + table + end % (len(objects) + 1, len(out))


FIRST = (
    "The treaty was signed in Tashkent in 1992 by six states that had been parts of one country until then. "
    "It binds its members to help each other when one of them is attacked, which none has ever asked for."
)
SECOND = (
    "Three of the members did not renew it in 1999. Those who stayed made it an organisation in 2002, "
    "with a seat in the capital of the largest of them and a secretary general of its own."
)


def test_lines_of_a_pdf_are_joined_into_paragraphs_across_pages_without_headers_and_numbers(tmp_path):
    body = [*textwrap.wrap(FIRST, 60), "Members", *textwrap.wrap(SECOND, 60)]
    pages = [body[:3], body[3:6], body[6:]]
    with_edges = [["The Journal, 2024", *page, f"Page {n} of 3"] for n, page in enumerate(pages, 1)]
    document = load(tmp_path, "a.pdf", pdf(with_edges, "/Title (The Alliance) /Author (Ann Lee; Bob Ray)"))
    assert document.text.split("\n\n") == [FIRST, "Members", SECOND]
    assert (document.format, document.title) == ("text", "The Alliance")
    assert document.authors == ("Ann Lee", "Bob Ray")


def test_a_word_cut_at_a_lines_end_is_put_together_and_a_compound_keeps_its_hyphen(tmp_path):
    lines = [
        "The well-known secretary of this alliance is an adminis-",
        "trator, as is well known. In Moscow he is as well-",
        "known as the Anglo-",
        "Saxon chronicle.",
    ]
    assert load(tmp_path, "a.pdf", pdf([lines])).text == (
        "The well-known secretary of this alliance is an administrator, as is well known. "
        "In Moscow he is as well-known as the Anglo-Saxon chronicle."
    )


def test_items_of_a_list_in_a_pdf_stay_apart(tmp_path):
    lines = [
        "Members are the following states of the former union:",
        "• Armenia",
        "• Belarus",
        "1. one",
        "2. two",
    ]
    assert load(tmp_path, "a.pdf", pdf([lines])).text.split("\n\n") == lines


def test_rows_of_figures_at_the_pages_ends_are_not_taken_for_page_numbers(tmp_path):
    pages = [["A long line of text.", "12 14", "1 / 2"], ["3 5", "End.", "2 / 2"]]
    text = load(tmp_path, "a.pdf", pdf(pages)).text
    assert " ".join(text.split()) == "A long line of text. 12 14 3 5 End."


@pytest.mark.parametrize("title", ["Microsoft Word - x.doc", "untitled", "report.pdf"])
def test_a_title_that_a_program_put_into_a_pdf_is_none(tmp_path, title):
    assert load(tmp_path, "a.pdf", pdf([["Text."]], f"/Title ({title})")).title == ""


def locked(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["Secret text."]])))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_locked_pdf_is_refused_and_one_that_opens_without_a_password_is_read(tmp_path):
    assert "locked with a password" in refusal(tmp_path, "a.pdf", locked("user"))
    assert load(tmp_path, "b.pdf", locked("")).text == "Secret text."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf([[], []]), "this PDF has no text layer"),
        (b"%PDF-1.4 nonsense", "this PDF is broken"),
        (b"not a pdf at all", "this PDF is broken"),
        (pdf([["Text."]])[:200], "this PDF is broken"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused(tmp_path, content, reason):
    assert refusal(tmp_path, "a.pdf", content).startswith(reason)


# Word


def word(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_word_file_gives_headings_lists_quotations_and_tables_in_order(tmp_path):
    document = docx.Document()
    document.add_paragraph("The Alliance", "Title")
    document.add_heading("Members", 1)
    document.add_paragraph("> 50 % of them # 1992. stay.")
    document.add_paragraph("Armenia", "List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells], ["Year", "What", "1999", "left"], strict=True
    ):
        cell.text = text
    document.add_heading("History", 2)
    document.add_paragraph("It was so.", "Quote")
    document.add_paragraph("")
    document.core_properties.title = "Template"
    document.core_properties.author = "Ann Lee; Bob Ray"
    loaded = load(tmp_path, "a.docx", word(document))
    assert loaded.format == "markdown"
    assert read(loaded) == [
        ("title", "The Alliance"),
        ("heading", "Members"),
        ("paragraph", "> 50 % of them # 1992. stay."),
        ("list_item", "Armenia"),
        ("paragraph", "Year | What"),
        ("paragraph", "1999 | left"),
        ("heading", "History"),
        ("quotation", "It was so."),
    ]
    assert (loaded.title, loaded.authors) == ("The Alliance", ("Ann Lee", "Bob Ray"))


def test_inserted_and_linked_words_count_and_deleted_ones_do_not(tmp_path):
    document = docx.Document()
    spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = parse_xml(
        f"<w:p {spaces}><w:r><w:t>It did </w:t></w:r><w:ins><w:r><w:t>not </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t>help</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>.</w:t></w:r></w:p>"
    )
    control = parse_xml(f"<w:sdt {spaces}><w:sdtContent/></w:sdt>")
    control[0].append(paragraph)
    document.element.body.insert(0, control)
    assert load(tmp_path, "a.docx", word(document)).text == "It did not help ."


def test_a_word_file_whose_only_first_level_heading_comes_first_has_it_as_title(tmp_path):
    document = docx.Document()
    document.add_heading("The Alliance", 1)
    document.add_paragraph("Text.")
    assert load(tmp_path, "a.docx", word(document)).title == "The Alliance"
    document.add_heading("Another", 1)
    loaded = load(tmp_path, "b.docx", word(document))
    assert [kind for kind, _ in read(loaded)] == ["heading", "paragraph", "heading"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 nonsense", "this Word file is broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is an old or password-protected Word file"),
        (zipped({"a.txt": b"x"}), "this Word file is broken"),
        (word(docx.Document()), "there is no text in this Word file"),
        (zipped(members(word(docx.Document())), zipfile.ZIP_LZMA), "this Word file is broken"),
    ],
)
def test_a_word_file_that_cannot_be_read_is_refused(tmp_path, content, reason):
    assert refusal(tmp_path, "a.docx", content).startswith(reason)


def test_a_zip_bomb_is_refused_by_its_directory_and_when_the_directory_lies():
    bomb = zipped({"word/document.xml": bytes(2_000_000)})
    with pytest.raises(RefusedFile, match="unpacks to 2,000,000 bytes"):
        read_word(bomb, "a.docx", 1_000_000)
    lying = bomb.replace((2_000_000).to_bytes(4, "little"), (500_000).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(RefusedFile, match="this Word file is broken"):
        read_word(lying, "b.docx", 1_000_000)


def test_a_zip_bomb_with_a_forged_size_and_checksum_is_never_unpacked():
    document = docx.Document()
    document.add_paragraph(WORDS)
    parts = members(word(document))
    body = parts["word/document.xml"]
    parts["word/document.xml"] = body + b" " * 50_000_000
    bomb = zipped(parts)
    for true, forged in (
        (len(body) + 50_000_000, len(body)),
        (zlib.crc32(parts["word/document.xml"]), zlib.crc32(body)),
    ):
        bomb = bomb.replace(true.to_bytes(4, "little"), forged.to_bytes(4, "little"))
    tracemalloc.start()
    try:
        assert read_word(bomb, "a.docx").text == WORDS.strip()
        assert (
            tracemalloc.get_traced_memory()[1] < 30_000_000
        )  # 20 MB of it: the buffer for a file of the largest size
    finally:
        tracemalloc.stop()


def test_entities_in_a_word_file_are_not_expanded(tmp_path):
    secret = put(tmp_path, "secret", "SECRET")
    document = docx.Document()
    document.add_paragraph("Before MARK after.")
    parts = members(word(document))
    body = parts["word/document.xml"]
    declared = f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}"><!ENTITY b "{"x" * 999}">]>'.encode()
    start = body.index(b"?>") + 2
    for entity in (b"&e;", b"&b;"):
        parts["word/document.xml"] = body[:start] + declared + body[start:].replace(b"MARK", entity)
        text = load(tmp_path, "a.docx", zipped(parts)).text
        assert "SECRET" not in text
        assert "xxx" not in text


# Faults


@pytest.mark.parametrize(("name", "library"), [("a.pdf", "pypdf"), ("a.docx", "docx")])
def test_a_missing_library_is_refused_with_the_command_that_installs_it(monkeypatch, name, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(RefusedFile, match="pip install p"):
        (read_pdf if library == "pypdf" else read_word)(b"x", name)


def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path):
    document = docx.Document()
    document.add_paragraph(WORDS)
    whole = {"a.pdf": pdf([[WORDS] * 3]), "a.docx": word(document), "a.html": PAGE.encode()}
    chance = random.Random(1)
    outcomes = set()
    for name, content in whole.items():
        for _ in range(25):
            damaged = bytearray(content)
            for _ in range(3):
                damaged[chance.randrange(len(damaged))] = chance.randrange(32, 127)
            try:
                said = load(tmp_path, name, bytes(damaged)).text
            except RefusedFile as fault:
                said = str(fault)
                outcomes.add((name, "refused"))
            else:
                outcomes.add((name, "read"))
            assert said.encode().strip()
    assert {("a.pdf", "read"), ("a.html", "read"), ("a.docx", "refused")} <= outcomes
