"""Single fields of YAML records: what is written is read back, all other characters stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.files.record_yaml import Item, edited, field_at, item_of, pieces_of, rendered
from faq.files.yaml_edit import CannotEdit

RECORD = """\
- id: a  # never changes
  # how citizens ask
  question: "古い質問"  # agreed on
  phrasings:  # from the telephone
    - 一  # first
    # group two
    - 二
  # what they read
  answer: |  # Markdown
    # これは見出しではない
    本文

  topic: くらし

# about b
- id: b
  question: 次
"""
LOOK_ALIKES = [
    *("yes", "no", "on", "true", "True", "null", "~", "1e3", "0x1F", "0o7", "007", "1_000", ".5"),
    *(
        "1:30",
        "2026-01-01",
        "2026-01-01 10:00",
        ".inf",
        ".nan",
        "=",
        "<<",
        "-",
        "?",
        ":",
        "--",
        "#",
    ),
    *("- x", "? x", ": x", "&a", "*a", "!tag", "!!str x", "%", "%YAML 1.2", "@x", "`x`", "|", ">"),
    *("---", "...", "--- x", "{a: b}", "[a]", "a: b", "a #b", "a # b", '"x"', "'x'", "it's", "\\n"),
    *(
        "a,b",
        "x\ty",
        "\tx",
        "{{",
        "]",
        "}",
        "😀",
        "👨‍👩‍👧",
        "が",
        "\u3000全角",
        "a\u2028b",
        "a\x85b",
    ),
    *(
        "\ufeff",
        "\x00",
        "\x07",
        "\x1b[0m",
        "a\rb",
        "\x0b",
        "\x0c",
        "あ" * 5_000,
        "word " * 1_000 + "x",
    ),
]
BLOCKS = [
    "一行目\n二行目",
    "# 見出し\n本文 # ここも本文",
    "- 一\n- 二\n  - 三",
    "  前に空白\nつぎ",
    "一\n    深い\n二",
    "終わりに空白  \nつぎ",
    "一\n\n\n二",
    "一\n\t\n\t二",
    "一\n\tタブ",
    "'一'\n\"二\"",
    "---\n...\n---",
    "%YAML\n&a *a !x",
    "😀\n絵文字",
    "あ" * 3_000 + "\n" + "い " * 3_000 + "。",
    "一\r\n二",
    "一\u2028二\n三",
    "一\x85\n二",
    "key: value\nother: [a",
    "一\n \n二",
]
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
blocks = st.lists(st.sampled_from([*BLOCKS, "", " ", "x", "- y", "#"]) | texts, max_size=5).map(
    "\n".join
)


def record(text: str = RECORD, item_id: str = "a", section: str = "") -> Item:
    item = item_of(text, item_id, section)
    assert item
    return item


def read(text: str, name: str) -> object:
    return record(text).values[name]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_looks_like_something_else_stays_the_text_it_is(text: str) -> None:
    changed = edited(record(), {"question": text, "phrasings": ["一", text], "topic": text})
    assert read(changed, "question") == text
    assert read(changed, "phrasings") == ["一", text]
    assert read(changed, "topic") == text
    assert read(rendered({"id": "a", "question": text, "phrasings": [text]}), "question") == text


@pytest.mark.parametrize("text", BLOCKS)
def test_a_block_of_text_is_read_back_as_it_was_given(text: str) -> None:
    changed = edited(record(), {"answer": text, "easy": {"question": "a", "answer": text}})
    assert str(read(changed, "answer")).strip() == text.strip()
    assert str(read(changed, "easy")["answer"]).strip() == text.strip()  # type: ignore[index]
    assert record(changed).values["topic"] == "くらし"


@given(texts, st.lists(texts, max_size=6), blocks)
def test_any_text_is_read_back(question: str, phrasings: list[str], answer: str) -> None:
    changes = {"question": question, "phrasings": phrasings, "answer": answer}
    for newline in ("\n", "\r\n"):
        changed = edited(record(RECORD.replace("\n", newline)), changes)
        assert read(changed, "question") == question
        assert read(changed, "phrasings") == phrasings
        assert str(read(changed, "answer")).strip() == answer.strip()
        assert changed.count("\n") == changed.count(newline)
        assert [line for line in changed.split(newline) if "# how citizens" in line]


@pytest.mark.parametrize("name", ["question", "phrasings", "answer", "topic"])
@pytest.mark.parametrize("value", ["新しい", "一\n二", None, ["三", "四" * 400]])
def test_all_other_fields_and_all_comments_stay(name: str, value: object) -> None:
    before = record()
    after = record(edited(before, {name: value}))
    for comment in ("# never", "# how", "# agreed", "# from", "# first", "# group", "# what"):
        assert comment in after.text
    assert "# Markdown" in after.text
    assert {key: one for key, one in after.values.items() if key != name} == {
        key: one for key, one in before.values.items() if key != name
    }
    kept = [line for line in before.text.splitlines() if line in after.text.splitlines()]
    assert len(kept) >= 6


def test_only_the_lines_of_the_field_change() -> None:
    changed = edited(record(), {"topic": "ごみ"})
    assert changed == record().text.replace("topic: くらし", "topic: ごみ")
    changed = edited(record(), {"question": "新"})
    assert "  question: 新\n  # agreed on\n  phrasings:" in changed


def test_a_new_field_comes_last_and_before_the_blank_lines() -> None:
    changed = edited(record(), {"owner": "gomi"})
    assert changed == record().text.replace("topic: くらし\n", "topic: くらし\n  owner: gomi\n")


def test_comments_after_a_record_belong_to_the_next_one() -> None:
    item = record()
    assert item.text.endswith("くらし\n\n")
    assert RECORD[item.end :].startswith("# about b\n- id: b")
    assert RECORD[item.start : item.end] == item.text


def test_a_text_without_a_last_line_end_keeps_none() -> None:
    item = record("- id: a\n  question: x")
    assert edited(item, {"question": "y"}) == "- id: a\n  question: y"
    assert edited(item, {"topic": "t"}) == "- id: a\n  question: x\n  topic: t"


@pytest.mark.parametrize(
    "text",
    ["- {id: a, question: x, n: 1}\n", "- {id: a,\n   question: x, n: 1}\n\n# next\n- {id: b}\n"],
)
def test_a_record_on_one_line_is_written_on_several(text: str) -> None:
    item = record(text)
    changed = edited(item, {"question": "y: z"})
    assert dict(record(changed).values) == {"id": "a", "question": "y: z", "n": 1}
    whole = text[: item.start] + changed + text[item.end :]
    assert whole.endswith(text[item.end :])
    assert record(whole).values == record(changed).values


def test_records_under_a_name_are_found_with_their_margin() -> None:
    first = "# 窓口\noffices:\n  # first\n  - id: a\n    name: x\n"
    text = first + "  # second\n  - id: b\n# G\ngroups:\n  - id: g\n"
    item = record(text, "a", "offices")
    assert item.text == "  - id: a\n    name: x\n"
    assert edited(item, {"name": "y"}) == "  - id: a\n    name: y\n"
    assert record(text, "b", "offices").text == "  - id: b\n"
    assert item_of(text, "g", "offices") is None
    flat = "groups: []\noffices:\n- id: a\n- id: b\n"
    assert [piece for _, piece in pieces_of(flat, "offices")] == ["- id: a\n", "- id: b\n"]


@pytest.mark.parametrize(
    "text",
    [
        "[{id: a}]\n",
        "  - id: a\n",
        "---\n- id: a\n",
        "- id: a\n...\n- id: b\n",
        "- id: a\n  <<: {x: 1}\n",
        "- id: a\n  question: x\n y\n- z",
        '- id: a\n  question: "x\n- y"\n',
        "- &x {id: b}\n- id: a\n  q: *x\n",
        "-\n  id: a\n",
        "a: b\n",
    ],
)
def test_what_cannot_be_cut_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit, match="画面から直せる書き方になっていません"):
        edited(record(text), {"question": "y"})


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "null\n"])
def test_an_empty_list_holds_nothing(text: str) -> None:
    assert pieces_of(text) == []
    assert item_of(text, "a") is None


def test_an_id_is_found_only_as_an_id() -> None:
    text = "- id: ab\n  see: a\n- id: b\n  see: 'id: a'\n- see: id a\n  id: 'a'\n# - id: a\n"
    assert record(text).text == "- see: id a\n  id: 'a'\n"
    assert record("# - id: a\n- id: a\n").start == len("# - id: a\n")


def test_a_line_belongs_to_a_field() -> None:
    item = record()
    assert [field_at(item, line) for line in (0, 2, 5, 9, 12)] == [
        "id",
        "question",
        "phrasings",
        "answer",
        "topic",
    ]
    assert field_at(item, -1) == field_at(item, 99) == ""
