"""What the rules before publishing say of edits, good and bad."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.edits import edits_of
from bot.evaluation import REJECTED, Judged, Verdict, judged_as
from bot.impact import Flip, Outcome
from bot.impact_report import ImpactReport
from bot.inquiry import Feedback, inquiry_of
from bot.publish_case import Case
from bot.publish_rules import RULE_LABELS, findings_of
from bot.question import Question
from channels.backend import Backend
from faq.book import FaqBook
from faq.entry import FaqEntry, Link, Variant
from faq.files.folder_edit import FolderEditor
from nlp.normalise import normalise
from nlp.personal_data import mask
from tests.conftest import NOON, ROOT

Edit = Callable[[FaqEntry], FaqEntry]
BULKY = "sodai-gomi"


@pytest.fixture
def editor(city_folder: Path) -> FolderEditor:
    return FolderEditor(city_folder, normalise)


@pytest.fixture
def impact_of(backend: Backend, city_folder: Path, editor: FolderEditor):  # type: ignore[no-untyped-def]
    def impact(**changes: object) -> ImpactReport:
        written = editor.entry(BULKY)
        editor.change_entry(replace(written.value, **changes), written.version)  # type: ignore[arg-type]
        return report(backend, city_folder)

    return impact


def report(backend: Backend, folder: Path) -> ImpactReport:
    past = backend.inquiries.heard(NOON - timedelta(days=180))
    return backend.publisher.draft(folder, past, NOON).impact


def rules(impact: ImpactReport) -> set[str]:
    return {one.rule for one in impact.findings}


def ask(backend: Backend, text: str, helpful: bool | None = None, times: int = 1) -> None:
    for at in range(times):
        question = Question.from_text(text, "web", NOON - timedelta(minutes=at + len(text)))
        kept = inquiry_of(question, backend.shelf.desk().consider(question), 1)
        backend.inquiries.add([kept])
        if helpful is not None:
            backend.inquiries.give_feedback(Feedback(kept.id, helpful, mask(""), NOON))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"expires_on": (NOON - timedelta(days=30)).date()}, "expires"),
        ({"expires_on": (NOON + timedelta(days=3)).date()}, "expires"),
        ({"phrasings": ()}, "wording_lost"),
        ({"question": "深海魚の飼い方", "phrasings": ()}, "golden_broken"),
        ({"audience": "staff"}, "audience"),
        ({"contact": "kumin"}, "contact_unusual"),
        ({"owner": "call"}, "owner_unusual"),
        ({"answer": "犬の登録は、飼い始めた日から30日までに窓口でします。"}, "answer_apart"),
        ({"phrasings": ("粗大ごみを捨てたい", "転入届 どこ")}, "duplicate"),
        ({"phrasings": ("粗大ごみを捨てたい", "住民票 引っ越し")}, "wording_apart"),
    ],
)
def test_a_bad_edit_is_pointed_out(impact_of, changes: dict[str, object], rule: str) -> None:  # type: ignore[no-untyped-def]
    impact = impact_of(**changes)
    found = [one for one in impact.findings if one.rule == rule]
    assert found, rules(impact)
    assert BULKY in found[0].entry_ids
    assert found[0].message.endswith("。")


@pytest.mark.parametrize(
    "changes",
    [
        {"reviewed_on": NOON.date()},
        {"keywords": ("たんす", "ソファーの処分")},
        {"phrasings": ("粗大ごみを捨てたい", "タンスを捨てたい", "古いベッドを引き取ってほしい")},
        {"phrasings": ("粗大ごみを捨てたい", "タンスを捨てたいです")},
        {"links": (Link("粗大ごみ", "https://www.city.kohamate.example/sodai/"),)},
        {"answer": "電話で申し込み、手数料の券をはって出します。券はコンビニで買えます。"},
        {"expires_on": NOON.date() + timedelta(days=400)},
    ],
)
def test_a_good_edit_is_left_in_peace(impact_of, changes: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    impact = impact_of(**changes)
    assert impact.findings == ()
    assert [edit.entry_id for edit in impact.edits] == [BULKY]
    assert set(impact.edits[0].fields) == set(changes)


def test_swapped_answers_are_stopped(
    backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    one, other = editor.entry(BULKY), editor.entry("tennyu")
    editor.change_entry(replace(one.value, answer=other.value.answer), one.version)
    editor.change_entry(replace(other.value, answer=one.value.answer), other.version)
    impact = report(backend, city_folder)
    swapped = [one for one in impact.findings if one.rule == "answer_elsewhere"]
    assert [one.severity for one in swapped] == ["block", "block"]
    assert impact.is_blocked


def test_a_shortened_answer_and_one_on_something_else_are_pointed_out(
    backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    written = editor.entry("tennyu")
    editor.change_entry(replace(written.value, answer="深海魚は飼えません。"), written.version)
    assert {"answer_short", "answer_apart"} <= rules(report(backend, city_folder))


def test_what_is_taken_from_an_entry_is_pointed_out(
    backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    move, days = editor.entry("tennyu"), editor.entry("gomi-day")
    bare = replace(move.value, links=(), easy=None, translations={})
    editor.change_entry(bare, move.version)
    editor.change_entry(replace(days.value, by_ward={}), days.version)
    found = rules(report(backend, city_folder))
    assert {"links_removed", "wards_removed", "languages_removed"} <= found


def test_a_removed_entry_names_the_questions_it_answered(
    backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    golden = (city_folder / "golden.jsonl").read_text().splitlines()
    kept = [line for line in golden if BULKY not in line]
    (city_folder / "golden.jsonl").write_text("\n".join(kept))
    editor.remove_entry(BULKY, editor.entry(BULKY).version)
    impact = report(backend, city_folder)
    (removed,) = (one for one in impact.findings if one.rule == "entry_removed")
    assert "粗大ごみを捨てたい" in removed.questions
    assert [(edit.what, edit.entry_id) for edit in impact.edits] == [("removed", BULKY)]


def test_an_entry_for_what_is_answered_already_is_a_duplicate(
    backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    known = editor.entry(BULKY).value
    copy = FaqEntry("copy", "粗大ごみの出し方は？", known.answer, owner=known.owner)
    editor.add_entry(copy)
    assert "duplicate" in rules(report(backend, city_folder))


def test_flips_are_judged_by_what_citizens_said(
    backend: Backend, impact_of: Callable[..., ImpactReport]
) -> None:
    ask(backend, "粗大ごみを捨てたい", helpful=True, times=2)
    ask(backend, "タンスを捨てたい", helpful=False)
    impact = impact_of(question="深海魚の飼い方", phrasings=(), answer="深海魚は飼えません。")
    judged = {flip.text: (flip.verdict, flip.asked) for flip in impact.flips if not flip.is_golden}
    assert judged == {"粗大ごみを捨てたい": ("worse", 2), "タンスを捨てたい": ("better", 1)}
    assert "worse_flips" in rules(impact)
    worse = next(flip for flip in impact.flips if flip.verdict == "worse" and not flip.is_golden)
    assert "役に立った" in worse.why


def test_more_changed_replies_than_the_city_allows_are_pointed_out(
    backend: Backend, city_folder: Path, impact_of: Callable[..., ImpactReport]
) -> None:
    with (city_folder / "city.yaml").open("a", encoding="utf-8") as city:
        city.write("publishing:\n  most_flips: 1\n")
    for text in ("粗大ごみを捨てたい", "タンスを捨てたい", "粗大ごみ"):
        ask(backend, text)
    impact = impact_of(question="深海魚の飼い方", phrasings=(), answer="深海魚は飼えません。")
    assert "many_flips" in rules(impact)


def test_the_report_comes_back_as_it_was_kept(impact_of: Callable[..., ImpactReport]) -> None:
    impact = impact_of(question="深海魚の飼い方", phrasings=())
    assert impact.findings
    assert ImpactReport.from_json(impact.to_json()) == impact


def case_of(before: FaqBook, after: FaqBook, **changes: object) -> Case:
    """Return a case in which no desk finds anything."""
    case = Case(
        before,
        after,
        edits_of(before, after),
        golden_before=(),
        golden_after=(),
        flips=(),
        asks_before=lambda texts: [REJECTED] * len(texts),
        asks_after=lambda texts: [REJECTED] * len(texts),
        ranks_before=lambda asked: [judged_as(one, REJECTED) for one in asked],
        ranks_after=lambda asked: [judged_as(one, REJECTED) for one in asked],
        terms=lambda text: tuple(text.split()),
        today=NOON.date(),
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def test_a_word_that_many_entries_use_is_too_general() -> None:
    entries = [FaqEntry(f"e{at}", f"証明 の {at} 番", "答え") for at in range(9)]
    edited = replace(entries[0], keywords=("証明", "めずらしい"))
    before, after = FaqBook.of(entries), FaqBook.of([edited, *entries[1:]])
    (found,) = findings_of(case_of(before, after))
    assert (found.rule, found.questions) == ("too_general", ("証明",))


def test_a_synonym_that_led_somewhere_is_missed() -> None:
    entries = [FaqEntry("waste", "粗大ごみ", "答え")]
    before = FaqBook.of(entries, synonyms=(("粗大ごみ", "大型ごみ"), ("区役所", "役所")))
    after = FaqBook.of(entries, synonyms=(("区役所", "役所"),))
    led = {"大型ごみ": Verdict("answered", 0.9, ("waste",), ())}
    case = case_of(
        before, after, asks_before=lambda texts: [led.get(text, REJECTED) for text in texts]
    )
    found = next(one for one in findings_of(case) if one.rule == "synonym_lost")
    assert (found.questions, found.entry_ids) == (("大型ごみ",), ("waste",))


def test_nothing_changed_is_nothing_to_say() -> None:
    book = FaqBook.of([FaqEntry("waste", "粗大ごみ", "答え")])
    assert findings_of(case_of(book, FaqBook.of(book.entries))) == ()


def test_a_question_that_another_entry_answered_is_taken_over() -> None:
    entries = [FaqEntry("waste", "粗大ごみ", "答え"), FaqEntry("dog", "犬", "答え")]
    edited = replace(entries[1], phrasings=("大きなもの",))
    before, after = FaqBook.of(entries), FaqBook.of([entries[0], edited])
    was, now = Outcome("answered", ("waste",)), Outcome("answered", ("dog",))
    taken = Flip("大きな家具", 3, was, now)
    found = findings_of(case_of(before, after, flips=(taken,)))
    assert [one.questions for one in found if one.rule == "takes_over"] == [("大きな家具",)]
    wanted = replace(taken, judgement="better")
    rules_then = {one.rule for one in findings_of(case_of(before, after, flips=(wanted,)))}
    assert "takes_over" not in rules_then


def led(*ranking: tuple[str, float]) -> Callable[..., list[Judged]]:
    """Return how a desk ranks that puts the same entries first whatever it is asked."""
    verdict = Verdict("unsure", 0.5, (), ranking)
    return lambda asked: [judged_as(one, verdict) for one in asked]


@pytest.mark.parametrize(
    ("ranking", "is_found"),
    [
        ((("waste", 9.0), ("dog", 4.0)), True),
        ((("waste", 9.0),), True),
        ((("waste", 9.0), ("dog", 6.0)), False),
        ((("dog", 9.0), ("waste", 1.0)), False),
        ((), False),
    ],
)
def test_a_phrasing_that_is_far_nearer_to_another_entry_is_pointed_out(
    ranking: tuple[tuple[str, float], ...], is_found: bool
) -> None:
    waste, dog = FaqEntry("waste", "粗大ごみ", "答え"), FaqEntry("dog", "犬", "ほえる")
    before = FaqBook.of([waste, dog])
    after = FaqBook.of([waste, replace(dog, phrasings=("大きな家具",))])
    found = findings_of(case_of(before, after, ranks_before=led(*ranking)))
    apart = [one.entry_ids for one in found if one.rule == "wording_apart"]
    assert apart == [("dog", "waste")] * is_found


@pytest.mark.parametrize(("behind", "is_found"), [(1.0, False), (2.0, True)])
def test_an_answer_that_fits_a_neighbour_clearly_better_is_pointed_out(
    behind: float, is_found: bool
) -> None:
    others = [FaqEntry(f"e{at}", f"質問 {at}", "答え") for at in range(20)]
    dog = FaqEntry("dog", "犬", "ほえる")
    before = FaqBook.of([*others, dog])
    after = FaqBook.of([*others, replace(dog, answer="電話で申し込みます")])
    ranks = led(("e1", 5.0 + behind), ("dog", 5.0))
    found = findings_of(case_of(before, after, ranks_before=ranks))
    assert [one.rule for one in found] == ["answer_apart"] * is_found


def test_what_another_entry_says_in_plain_japanese_is_known_too() -> None:
    easy = Variant("ごみ", "電話 を かけて ください")
    waste = FaqEntry("waste", "粗大ごみ", "電話 で 申し込みます", easy=easy)
    copy = FaqEntry("copy", "大きな家具", easy.answer)
    found = findings_of(case_of(FaqBook.of([waste]), FaqBook.of([waste, copy])))
    elsewhere = [one.entry_ids for one in found if one.rule == "answer_elsewhere"]
    assert elsewhere == [("copy", "waste")]
    own = replace(waste, answer=easy.answer)
    found = findings_of(case_of(FaqBook.of([waste]), FaqBook.of([own])))
    assert "answer_elsewhere" not in {one.rule for one in found}


def test_of_an_entry_that_is_new_or_was_expired_nothing_is_held_against_its_words() -> None:
    waste = FaqEntry("waste", "粗大ごみ", "答え")
    gone = FaqEntry("dog", "犬", "ほえる", expires_on=NOON.date() - timedelta(days=1))
    now = replace(gone, answer="今年の登録", phrasings=("登録",), expires_on=None)
    ranks = led(("waste", 9.0))
    for before in ([waste, gone], [waste]):
        case = case_of(FaqBook.of(before), FaqBook.of([waste, now]), ranks_before=ranks)
        assert not {"wording_apart", "answer_apart"} & {one.rule for one in findings_of(case)}


def test_every_rule_has_a_name_for_staff() -> None:
    sources = [*(ROOT / "bot").glob("*_rules.py")]
    told = "".join(path.read_text(encoding="utf-8") for path in sources)
    for rule in RULE_LABELS:
        assert told.count(f'"{rule}"') >= 2, f"{rule} is found by no rule"
    named = set(re.findall(r'(?:Finding\.of\(|yield )"([a-z_]+)"', told))
    assert named <= RULE_LABELS.keys()
