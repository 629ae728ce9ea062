"""Requests that no honest page sends, made from lists and seeds so that each run sends the same."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
ASK = "/api/v1/questions"
FEEDBACK = "/api/v1/feedback"
SUGGEST = "/api/v1/suggestions"


@dataclass(frozen=True)
class Attack:
    """One request; `path` and `query` are sent as they are."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = self.body[:120]
        return f"{self.method} {self.path[:120]} {self.headers} {sent!r} ({len(self.body)} bytes)"


_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e"
_ODD = "\u202e\u202d\u2066\u2069\u200f\u061c\ufffc\ufffd\ufffe\uffff\U0001fffe\U0010ffff\ue000"
TEXTS = (
    "",
    " ",
    "\u3000" * 500,
    "\n\r\t\v\f\u0085\u2028\u2029",
    *map(chr, (0x00, 0x01, 0x07, 0x08, 0x1B, 0x7F, 0x80, 0x9F)),
    "ごみ\x00の日",
    "\x00" * 500,
    "\ud83d",
    "\ude00",
    "\ude00\ud83d",
    "ごみ\ud800の日\udfff",
    "\udc80" * 500,
    *_ZERO_WIDTH,
    _ZERO_WIDTH.join("粗大ごみを捨てたい"),
    *_ODD,
    "\u202e" + "粗大ごみ" + "\u202c",
    "\ufdfa",
    "\ufdfa" * 27,
    "\ufdfa" * 28,
    "\ufdfa" * 500,
    "\ufdfa" * 3_000,
    "\u3300" * 500,
    "ご" + "\u0300\u0301\u0302" * 150,
    "".join(letter + "\u0337\u0489\u035c" * 12 for letter in "粗大ごみの日"),
    "\u0300" * 500,
    "\u3099" * 500,
    "か\u3099" * 250,
    "\u1100\u1161\u11a8" * 160,
    "👨‍👩‍👧‍👦" * 70,
    "🇯🇵" * 125,
    "👍🏽\ufe0f\U000e0101",
    "\U000e0041\U000e007f",
    "𠮷野家𩸽" * 100,
    "邉\U000e0110邊\U000e0112",
    "a" * 500,
    "a" * 501,
    "あ" * 500,
    "あ" * 501,
    "あ" * 20_000,
    "0" * 500,
    "9" * 5_000,
    "0-" * 250,
    "(03) " * 100,
    "+81-" * 125,
    "a@" * 250,
    "a@" + "a." * 249,
    "." * 499 + "@",
    "〒" * 500,
    "〔" * 500,
    "〔電話番号〕" * 80,
    "一億二千万" * 100,
    "ー" * 500,
    "・" * 500,
    "「" * 500,
    "？" * 500,
    "'; DROP TABLE inquiries; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in y %}",
    "${jndi:ldap://127.0.0.1/a}",
    "%s%n%x{0}{text}",
    "../../etc/passwd",
    "\\u0000\\ud83d\\",
    '"}],"text":"',
    "NaN",
    "null",
    "ﾊﾝｶｸ ｶﾞｷﾞｸﾞ",
    "①②㍻㌔㍍㈱ℌ𝔥",
    "İıſßﬃ",
    "العربية עברית हिन्दी ไทย",
    "क्षि" * 100,
    "ก็็็็็" * 50,
)

BROKEN_JSON = (
    b"",
    b" ",
    b"{",
    b"}",
    b"[",
    b'"',
    b'"text"',
    b"null",
    b"true",
    b"0",
    b"-",
    b"1e999999",
    b"1" * 5_000,
    b"-" + b"9" * 5_000,
    b"[]",
    b"[[]]",
    b"{}",
    b"{} {}",
    b"{,}",
    b'{"text"}',
    b'{"text":}',
    b'{"text":"a",}',
    b'{"text":"a"}}',
    b'{"text":"a"} x',
    b'{"text":"a"}\x00',
    b"{'text':'a'}",
    b'{text:"a"}',
    b'{"text":"\\u12"}',
    b'{"text":"\\ud8"}',
    b'{"text":"\\x41"}',
    b'{"text":"\n"}',
    b'{"text":"\x00"}',
    b'{"text":"a","text":NaN}',
    b'{"text":NaN}',
    b'{"text":Infinity}',
    b'{"text":-Infinity}',
    b'{"text":"a","lang":NaN}',
    b'{"text":"a","context":{"ward":NaN}}',
    b'{"text":' + b"9" * 5_000 + b"}",
    b'{"text":1e400}',
    b'{"text":0x10}',
    b'{"text":01}',
    b'{"text":/* */"a"}',
    b'{"\\ud83d":"a"}',
    b'{"\\u0000":"a"}',
    b'{"text":"a","\\ud83d\\ud83d":NaN}',
    b'{"text":["a"]}',
    b'{"text":{"text":"a"}}',
    b'{"text":null}',
    b'{"text":true}',
    b'{"text":"a","context":[]}',
    b'{"text":"a","context":null}',
    b'{"text":"a","context":{"ward":{}}}',
    b'{"text":"a","session":0}',
    b'{"text":"a","lang":["ja"]}',
    b'{"__proto__":{"text":"a"}}',
    b"\xef\xbb\xbf" + b'{"text":"a"}',
    '{"text":"ごみ"}'.encode("cp932"),
    '{"text":"ごみ"}'.encode("euc-jp"),
    '{"text":"ごみ"}'.encode("utf-16"),
    '{"text":"ごみ"}'.encode("utf-32"),
    b'{"text":"\xff\xfe"}',
    b'{"text":"\xed\xa0\xbd"}',
    b'{"text":"\xc0\x80"}',
    b'{"text":"\xf5\x80\x80\x80"}',
    b'{"text":"\xe3\x81"}',
    b"[" * 100,
    b"[" * 5_000,
    b"[" * 60_000,
    b"[" * 100_000,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"text":' * 5_000,
    b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    b'{"text":"a","context":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b"\x00" * 1_000,
    b"a" * 1_000_000,
    b'{"text":"' + b"a" * 1_000_000 + b'"}',
    b'{"text":"' + b"\\u0061" * 10_000 + b'"}',
    b" " * 1_000_000 + b'{"text":"a"}',
    b"[" + b"1," * 30_000 + b"1]",
    b"{" + b",".join(b'"%d":1' % key for key in range(5_000)) + b"}",
)

CONTENT_TYPES = (
    "",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/problem+json",
    "text/plain",
    "text/html",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 5_000,
    'multipart/form-data; boundary="\\"',
    "multipart/mixed; boundary=x",
    "application/xml",
    "application/octet-stream",
    "/",
    ";;;",
    "a" * 4_000,
)

_PARTS = (
    b'Content-Disposition: form-data; name="text"\r\n\r\n\xe3\x81\x94\xe3\x81\xbf\r\n',
    b'Content-Disposition: form-data; name="text"; filename="a.txt"\r\n\r\nabc\r\n',
    b'Content-Disposition: form-data; name="text"; filename=""\r\n\r\n\r\n',
    b'Content-Disposition: form-data; name="text"\r\nContent-Type: a/b; charset=x\r\n\r\na\r\n',
    b'Content-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n',
    b'Content-Disposition: form-data; name="te\xff"\r\n\r\na\r\n',
    b"Content-Disposition: form-data\r\n\r\na\r\n",
    b"Content-Disposition: attachment\r\n\r\na\r\n",
    b"\r\n\r\n",
    b"no header at all",
    b"Content-Disposition" * 500 + b"\r\n\r\na\r\n",
    b"X: " + b"y" * 30_000 + b'\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n',
)

_ENTRY_IDS = (
    "%00",
    "tennyu%00",
    "%00tennyu",
    "..",
    "../",
    "../../etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5c",
    "%2f",
    "%252e%252e",
    "tennyu/",
    "tennyu//",
    "tennyu;a=b",
    "tennyu?lang=%00",
    "tennyu?lang=%ed%a0%bd",
    "tennyu?lang=../../x",
    "tennyu?lang=" + "x" * 5_000,
    "tennyu?lang=ja&lang=en",
    "tennyu?lang",
    "tennyu?lang=constructor",
    "tennyu?lang=__class__",
    "TENNYU",
    "%ff",
    "%fe%ff",
    "%ed%a0%bd",
    "%c0%ae%c0%ae",
    "%e8%bb%a2%e5%85%a5",
    "%",
    "%zz",
    "%0d%0aSet-Cookie:%20a=b",
    "x" * 10_000,
    "%61" * 3_000,
    "{{7*7}}",
    "%7b%7b7*7%7d%7d",
    "%3Cscript%3E",
    "__class__",
    "counter-manual",
    "*",
    "~",
    " ",
)
_QUERIES = (
    "",
    "q",
    "q=",
    "q=%",
    "q=%zz",
    "q=%00",
    "q=%ff",
    "q=%ed%a0%bd",
    "q=%e3%81",
    "q=a&q=b",
    "q[]=a",
    "q=a;b",
    "&&&&",
    "=&=",
    "Q=a",
    "q=" + "a" * 500,
    "q=" + "a" * 501,
    "q=" + "a" * 20_000,
    "q=" + "%ef%b7%ba" * 27,
    "q=" + "%ef%b7%ba" * 28,
    "q=" + "%ef%b7%ba" * 500,
    "q=" + "%ef%b7%ba" * 3_000,
    "q=" + "%cc%80" * 500,
    "q=" + "%e2%80%8b" * 500,
    "&".join(f"p{number}=1" for number in range(2_000)),
    "q=" + "%25" * 400,
    "q=a#b",
    "q=<>&%22'",
    "q=+++",
)
_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "BREW", "a")
_PATHS = (
    "/",
    "/chat",
    "/chat/feedback",
    "/faq/",
    "/faq/tennyu",
    ASK,
    FEEDBACK,
    SUGGEST,
    "/api/v1/topics",
    "/healthz",
    "/readyz",
    "/static/site.css",
    "/static/",
    "/static/..%2fsite.py",
    "/static/%00",
    "/static/" + "x" * 5_000,
    "/static/%ff",
    "//",
    "//evil.example/",
    "/api/v1/questions/",
    "/api/v1/../v1/topics",
    "/%00",
    "/%ed%a0%bd",
    "/openapi.json",
    "/docs",
)
_HEADERS: tuple[dict[str, str], ...] = (
    {"x-long": "a" * 8_000},
    {"x-long": "a" * 60_000},
    {"x-long": "a" * 200_000},
    {f"x-{number}": "a" for number in range(300)},
    {"cookie": "a=" + "b" * 6_000},
    {"cookie": ";;;=;\x80"},
    {"accept": "text/html"},
    {"accept": "*/*;q=NaN"},
    {"accept": "a" * 5_000},
    {"accept-language": "ja;q=" + "9" * 400},
    {"accept-encoding": "gzip;q=-1, br;q=NaN"},
    {"origin": "null"},
    {"origin": "http://" + "a" * 5_000},
    {"host": ""},
    {"host": "evil.example"},
    {"host": "a" * 3_000},
    {"host": "[::1"},
    {"x-forwarded-for": "1.1.1.1, " * 400},
    {"x-forwarded-for": "\x80\xff"},
    {"x-forwarded-proto": "javascript"},
    {"x-request-id": "<script>"},
    {"content-length": "999999999999999999999999"},
    {"content-length": "-1"},
    {"content-length": "１２"},
    {"content-length": "abc"},
    {"transfer-encoding": "gzip"},
    {"transfer-encoding": "chunked, chunked"},
    {"expect": "100-continue"},
    {"upgrade": "websocket", "connection": "upgrade"},
    {"upgrade": "h2c", "connection": "upgrade, http2-settings"},
    {"range": "bytes=0-0,1-1," * 200},
    {"if-modified-since": "nonsense"},
    {"if-none-match": '"' * 2_000},
    {"authorization": "Basic ////"},
    {"access-control-request-method": "POST", "origin": "http://a.example"},
)


def _dumped(value: object) -> bytes:
    # ASCII only: lone surrogates travel as raw escapes, as a broken client sends them.
    return json.dumps(value, ensure_ascii=True).encode("ascii")


def _question(text: str) -> dict[str, Any]:
    context = {"ward": "北区", "entry_id": "tennyu"}
    return {"text": text, "lang": "ja", "session": "s", "context": context}


def text_attacks(text: str) -> Iterator[Attack]:
    """Yield the text in every place where a request may carry one."""
    for changed in (
        {"text": text},
        _question("ごみの日") | {"lang": text},
        _question("ごみの日") | {"session": text},
        _question("ごみの日") | {"context": {"ward": text}},
        _question("ごみの日") | {"context": {"entry_id": text}},
        {"text": "ごみの日", text: text},
    ):
        yield Attack("POST", ASK, _dumped(changed), JSON)
    for given in (
        {"inquiry_id": text, "helpful": True},
        {"inquiry_id": "x", "helpful": False, "reason": text},
        {"inquiry_id": "x", "helpful": text},
    ):
        yield Attack("POST", FEEDBACK, _dumped(given), JSON)
    raw = text.encode("utf-8", "surrogatepass")
    yield Attack("POST", ASK, b'{"text":"' + raw + b'"}', JSON)
    quoted = quote_from_bytes(raw, safe="")
    yield Attack("POST", "/chat", b"text=" + quoted.encode(), FORM)
    yield Attack("POST", "/chat", b"text=" + raw, FORM)
    yield Attack("POST", "/chat/feedback", b"helpful=true&inquiry_id=" + quoted.encode(), FORM)
    if len(quoted) < 30_000:
        yield Attack("GET", f"{SUGGEST}?q={quoted}")
        yield Attack("GET", f"/faq/{quoted}")
        yield Attack("GET", f"/faq/tennyu?lang={quoted}")


def texts() -> Iterator[Attack]:
    """Yield every hostile text in every place."""
    for text in TEXTS:
        yield from text_attacks(text)


def broken_json() -> Iterator[Attack]:
    """Yield bodies that are not the JSON they claim to be, and bodies of other types."""
    for body in BROKEN_JSON:
        for path in (ASK, FEEDBACK):
            yield Attack("POST", path, body, JSON)
    honest = _dumped(_question("ごみの日"))
    for content_type in CONTENT_TYPES:
        for path in (ASK, FEEDBACK, "/chat", "/chat/feedback"):
            yield Attack("POST", path, honest, {"content-type": content_type})


def forms() -> Iterator[Attack]:
    """Yield forms with missing, repeated, broken and far too many fields."""
    for body in (
        b"",
        b"&",
        b"=",
        b"text",
        b"text=a&text=b",
        b"text%00=a",
        b"te%ffxt=a",
        b"%ed%a0%bd=%ed%a0%bd",
        b"text=%",
        b"text=%zz",
        b"text=" + b"a" * 1_000_000,
        b"&".join(b"f%d=1" % number for number in range(3_000)),
        b"inquiry_id=x",
        b"helpful=true",
        b"inquiry_id=x&helpful=perhaps",
        b"inquiry_id=" + b"x" * 5_000 + b"&helpful=true",
        b"inquiry_id=%00&helpful=true",
        b"inquiry_id=%ed%a0%bd&helpful=true",
    ):
        for path in ("/chat", "/chat/feedback"):
            yield Attack("POST", path, body, FORM)
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    for part in _PARTS:
        for end in (b"--x--\r\n", b"--x\r\n", b""):
            yield Attack("POST", "/chat", b"--x\r\n" + part + end, multipart)
    many = b"".join(b"--x\r\n" + _PARTS[0] for _ in range(900)) + b"--x--\r\n"
    yield Attack("POST", "/chat", many, multipart)


def addresses() -> Iterator[Attack]:
    """Yield odd entry ids, query strings, methods and headers."""
    for entry_id in _ENTRY_IDS:
        yield Attack("GET", f"/faq/{entry_id.replace(' ', '%20')}")
        yield Attack("GET", f"/faq/{quote(entry_id, safe='')}", headers={"accept": "text/html"})
    for query in _QUERIES:
        for path in (SUGGEST, "/chat", "/faq/tennyu", "/api/v1/topics"):
            yield Attack("GET", f"{path}?{query}")
    for method in _METHODS:
        for path in _PATHS:
            yield Attack(method, path)
    for headers in _HEADERS:
        yield Attack("GET", "/api/v1/topics", headers=headers)
        yield Attack("GET", "/chat", headers=headers)
        yield Attack("POST", ASK, _dumped({"text": "ごみの日"}), JSON | headers)


def mutations(count: int, seed: int) -> Iterator[Attack]:
    """Yield honest requests with a few bytes changed, cut out, doubled or put in."""
    chance = random.Random(seed)
    honest = (
        (ASK, _dumped(_question("引っ越してきた 何をする")), JSON),
        (ASK, json.dumps(_question("粗大ごみの日"), ensure_ascii=False).encode(), JSON),
        (FEEDBACK, _dumped({"inquiry_id": "x", "helpful": True, "reason": "よい"}), JSON),
        ("/chat", b"text=" + quote("粗大ごみ").encode(), FORM),
    )
    salt = (b"\x00", b"\xff", b"\\ud83d", b'"', b"{", b"[", b"NaN", b"%", b"&", b",", b"\\")
    for _ in range(count):
        path, body, headers = chance.choice(honest)
        changed = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed) + 1)
            to = min(len(changed), at + chance.randint(0, 6))
            put = chance.choice((b"", bytes(changed[at:to]) * 2, chance.choice(salt)))
            changed[at:to] = put
        yield Attack("POST", path, bytes(changed), headers)
