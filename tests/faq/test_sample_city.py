"""The sample city can be trusted: there is enough of it, and no two of its texts disagree.

Amounts and deadlines are told once, in facts.yaml; telephones, hours and pages in offices.yaml.
Every answer is held against them, with what is said by ward, in やさしい日本語 and in English.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import jpholiday
import pytest
from ruamel.yaml import YAML

from bot.fixed_replies import FixedReplies
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.files.entries import read_entries
from faq.files.folder import FaqFolder, read_folder
from faq.files.yaml_file import Problems
from faq.office import Office
from nlp.normalise import normalise
from scripts.city_counts import counts_of
from tests.conftest import SAMPLE_CITY

DEMANDED: Final = {
    "FAQ": 320,
    "分野": 20,
    "別の聞き方（1件あたりの平均）": 4,
    "区で答えか窓口が違う FAQ": 40,
    "やさしい日本語のある FAQ": 80,
    "英語のある FAQ": 60,
    "職員用の FAQ": 10,
    "期限のある FAQ": 1,
    "時間・電話・ページのそろった窓口": 40,
    "昼休みのある窓口": 1,
    "特別な日のある窓口": 1,
    "品物": 500,
    "読み・別名・分け方のそろった品物": 500,
    "点検用質問: 答えがあるもの": 600,
    "点検用質問: 答えてはいけないもの": 150,
    "点検用質問: typos": 80,
    "点検用質問: kana": 80,
    "点検用質問: speech": 80,
    "点検用質問: colloquial": 80,
    "点検用質問: english": 60,
}
CHECKLISTS: Final = (
    "tennyu tenshutsu tenkyo shussan kekkon rikon shibo taishoku gaikoku-kara".split()
)
ANSWERED_SETS: Final = {
    "items",
    "plain",
    "typos",
    "kana",
    "speech",
    "colloquial",
    "english",
    "staff",
}
UNANSWERED_SETS: Final = {"none-near", "none-far"}

NATIONAL_TELEPHONES: Final = frozenset(
    {
        "#7119",  # 救急安心センター
        "#8000",  # 子ども医療電話相談
        "#8008",  # DV相談ナビ
        "#9110",  # 警察相談
        "#9910",  # 道路緊急ダイヤル
        "0120-95-0178",  # マイナンバー総合フリーダイヤル
        "0120-0-78310",  # 24時間子供SOSダイヤル
        "0120-279-338",  # よりそいホットライン
        "0120-279-889",  # DV相談プラス
        "0570-003-004",  # ねんきん加入者ダイヤル
        "0570-003-110",  # みんなの人権110番
        "0570-013904",  # 外国人在留総合インフォメーションセンター
        "0570-05-1165",  # ねんきんダイヤル
        "0570-064-556",  # こころの健康相談統一ダイヤル
        "0570-078374",  # 法テラス
        "0570-078377",  # 法テラス 多言語
    }
)
LOCAL_TELEPHONES: Final = frozenset(
    {
        "0999-10-1124",  # 障害福祉課のファックス
        "0999-19-1199",  # 汐見ガス（市ではない）
    }
)
NICKNAMES: Final = {
    "callcenter": ("しおみコール",),
    "kyukan": ("急患",),
    "suido-yakan": ("水",),
    "bosai-kikinaoshi": ("防災行政無線",),
}
"""What an office is also called where its telephone is given."""

SERVICE_PAGES: Final = frozenset(
    f"https://www.city.shiomi.example/{path}"
    for path in (
        "",
        "bosai/map/",
        "boshi/yoyaku/",
        "denshi/",
        "furusato/",
        "gakku/",
        "hoiku/aki/",
        "kenshin/yoyaku/",
        "kokuho/shisan/",
        "machi/",
        "mynumber/shuccho/",
        "mynumber/yoyaku/",
        "shisetsu/",
        "suido/web/",
        "toban/",
        "yoyaku/",
    )
)
OTHER_SITES: Final = frozenset(
    {
        "houmukyoku.moj.go.jp",
        "myna.go.jp",
        "reg.mc.env.go.jp",
        "www.eltax.lta.go.jp",
        "www.ferpc.jp",
        "www.jarc.or.jp",
        "www.kojinbango-card.go.jp",
        "www.mhlw.go.jp",
        "www.mofa.go.jp",
        "www.moj.go.jp",
        "www.nenkin.go.jp",
        "www.nta.go.jp",
        "www.pc3r.jp",
        "www.pmda.go.jp",
        "www.rkc.aeha.or.jp",
    }
)
NOT_OFFICES: Final = frozenset(
    # words, national or private places, and places of the city that no one calls
    """開館 来館 旅館 担当課 各課 各センター 各スポーツセンター 薬局 郵便局 大使館 領事館 体育館
    年金事務所 法務局 県税事務所 労働局 運輸支局 交通課 出入国在留管理局 運転免許センター
    家電リサイクル券センター 消火器リサイクル推進センター シルバー人材センター ホームセンター
    ショッピングセンター 電子図書館 自動車図書館 公民館 文化会館 児童館 美術館 科学館 博物館
    汐見市博物館 地域包括支援センター 成年後見センター 老人福祉センター 児童発達支援センター
    教育支援センター 家庭センター 郵送事務センター 汐見障害者就労センター 夕凪台市民センター
    茜台地区センター 岳見台地区センター""".split()
)
SHORT_NAMES: Final = frozenset(
    "保健センター 図書館 土木事務所 クリーンセンター スポーツセンター カードセンター "
    "急患センター 消防局予防課 水道局".split()
)
"""How offices of the city are also called; the whole names are in offices.yaml."""

FEES: Final = {
    "住民票の写し": "juminhyo-fee",
    "印鑑登録証明書": "inkan-shomei-fee",
    "全部事項証明": "koseki-fee",
    "改製原戸籍": "joseki-fee",
    "戸籍の附票": "fuhyo-fee",
    "身分証明書": "mibun-fee",
    "受理証明書": "juri-fee",
    "特急発行": "card-tokkyu",
    "電子証明書つき": "card-saihakko",
    "均等割など": "kintowari",
    "90cc以下": "gentsuki-50",
    "90cc超125cc": "gentsuki-125",
    "軽四輪乗用": "kei-yonrin",
    "弁償金": "number-bensho",
    "名寄帳": "nayose-fee",
    "人間ドック": "dock",
    "付加保険料": "fuka",
    "年度の保険料": "nenkin-ryo",
    "年度の基準額": "kaigo-ryo",
    "紙おむつ": "omutsu",
    "1食": "haishoku",
    "市の重度障害者手当": "judo-teate",
    "1人世帯": "jukyo-1",
    "2人世帯": "jukyo-2",
    "3〜5人世帯": "jukyo-3",
    "緊急小口資金": "koguchi",
    "全焼": "mimai-zen",
    "半焼": "mimai-han",
    "1児": "ikujichiji",
    "しおみベビーギフト": "baby-gift",
    "宿泊": "sango-shuku",
    "日帰り": "sango-higaeri",
    "訪問:": "sango-homon",
    "新生児聴覚検査": "choryoku",
    "第3子以降:": "jido-dai3",
    "副食費": "fukushoku",
    "延長保育": "encho",
    "おやつが": "gakudo-oyatsu",
    "預かり保育": "yochien-azukari",
    "小学校に入る": "nyugaku-sho",
    "中学校に入る": "nyugaku-chu",
    "奨学金": "shogakukin",
    "電子レンジ": "sodai-chair",
    "石油ストーブ": "sodai-bike",
    "学習机": "sodai-bed",
    "家庭ごみ）": "mochikomi",
    "生ごみ処理機": "namagomi-hojo",
    "下水道の基本使用料": "gesui-kihon",
    "雨水浸透ます": "shinto",
    "雨水タンク": "usui-tank",
    "耐震改修": "taishin",
    "ブロック塀": "block",
    "建築計画概要書": "gaiyosho",
    "しおかぜバス": "community",
    "1区画": "bbq",
    "家具の固定:": "kagu",
    "感震ブレーカー": "kanshin",
    "肺がん": "gan-hai",
    "大腸がん": "gan-daicho",
    "乳がん": "gan-nyu",
    "子宮頸がん": "gan-shikyu",
    "歯周病検診": "shishu",
    "骨粗しょう症検診": "kotsu-kenshin",
    "若い人の健診": "waka",
    "新型コロナ": "covid-65",
    "生ワクチン": "taijo-nama",
    "組換えワクチン": "taijo-kumi",
    "済票の手数料": "inu-sumi",
    "トレーニング室": "training",
    "体育館の半面": "taiikukan-han",
    "テニスコート": "tennis",
    "汐見市博物館": "hakubutsu",
    "遺族見舞金": "hanzai-izoku",
    "重傷見舞金": "hanzai-jusho",
    "日本語教室": "nihongo",
    "防火管理者講習": "boka",
    "創業補助": "sogyo-hojo",
    "死産児": "kaso-shizan",
    "待合室": "machiai",
    "霊安室": "reian",
    "分骨証明書": "bunkotsu",
    "管理料:": "bochi-kanri",
    "4㎡:": "bochi-4",
    "2㎡:": "bochi-2",
}
"""Words that mean one fee, in the files it belongs to, where they stand with one amount."""

CONVENIENCE: Final = "コンビニ"
MONEY: Final = re.compile(
    r"(?<![\d,.])(?P<ja>\d[\d,]*)(?P<man>万?)円|(?<![\d,.])(?P<en>\d[\d,]*)[ -]yen"
)
DEADLINE: Final = re.compile(
    r"(?P<number>\d+)(?P<unit>日|週間|か月|年|時間)(?P<kind>以内|前まで|前から)"
    r"|within (?P<en_number>\d+) (?P<en_unit>hour|day|week|month|year)"
)
ENGLISH_UNITS: Final = {
    "hour": "時間",
    "day": "日",
    "week": "週間",
    "month": "か月",
    "year": "年",
}
TELEPHONE: Final = re.compile(
    r"(?<![\d,.-])(?:0\d{3}-\d{2}-\d{4}|0120-\d{1,3}-\d{3,5}|0570-\d{2,3}-\d{3,4}|0570-\d{6}|#\d{4})"
    r"(?!\d)"
)
CALLABLE: Final = re.compile(
    r"(0999-\d\d-\d{4})\*{0,2}[（(](平日|毎日|月〜土曜日) ?(\d+:\d\d)[〜-](\d+:\d\d)[）)]"
)
OFFICE_NAME: Final = re.compile(
    r"[一-龥々ヶァ-ヴー]+?(?:課|センター|館|局|事務所)(?![一-龥々ァ-ヴー])"
)
DATED: Final = re.compile(
    r"(?:(\d{4})年|令和(\d+)年)?(\d{1,2})月(\d{1,2})日(?:[（(]([月火水木金土日])[^）)]{0,5}[）)])?"
)
BOTH_YEARS: Final = re.compile(r"令和(\d+)年(?:度)?[（(](\d{4})年|(\d{4})年(?:度)?[（(]令和(\d+)年")
YEAR_END: Final = re.compile(r"12月(2\d|3\d)日(?:[（(].[）)])?(?:〜|から) ?(?:\d{4}年)?1月(\d)日")
URL: Final = re.compile(r"https?://[^\s)\]]+")
MACHINE_DATE: Final = re.compile(r"(?<!\d)20\d{2}-\d{2}-\d{2}(?!\d)")


@dataclass(frozen=True)
class Said:
    """One text that a citizen may read, and where it stands."""

    file: str
    entry: FaqEntry
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}/{self.entry.id} ({self.where})"

    @property
    def japanese(self) -> bool:
        return self.where not in self.entry.translations


def load(name: str) -> Any:
    return YAML(typ="safe").load((SAMPLE_CITY / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def city() -> FaqFolder:
    return read_folder(SAMPLE_CITY, normalise)


@pytest.fixture(scope="module")
def book(city: FaqFolder) -> FaqBook:
    return city.book


@pytest.fixture(scope="module")
def facts() -> Mapping[str, dict[str, Any]]:
    return {fact["id"]: fact for fact in load("facts.yaml")}


@pytest.fixture(scope="module")
def said() -> list[Said]:
    files = sorted((SAMPLE_CITY / "entries").glob("*.yaml"))
    return [one for path in files for one in said_in(path)]


@pytest.fixture(scope="module")
def counts() -> Mapping[str, float]:
    return counts_of(SAMPLE_CITY)


def said_in(path: Path) -> Iterator[Said]:
    for item in read_entries(path, Problems(path.name)):
        entry = item.entry
        yield Said(path.stem, entry, "question", entry.question)
        yield Said(path.stem, entry, "answer", entry.answer)
        for ward, answer in entry.by_ward.items():
            yield Said(path.stem, entry, ward, answer)
        for name, variant in {"easy": entry.easy, **entry.translations}.items():
            if variant:
                yield Said(path.stem, entry, name, f"{variant.question}\n{variant.answer}")


def bare(text: str) -> str:
    """Return what two questions have in common when they differ in spelling only."""
    return re.sub(r"[\W_]+", "", normalise(text).casefold())


def yen(text: str) -> list[int]:
    found = []
    for match in MONEY.finditer(text):
        amount = int((match["ja"] or match["en"]).replace(",", ""))
        found.append(amount * 10_000 if match["man"] else amount)
    return found


def sentences(text: str) -> list[str]:
    """Return the sentences and list items of an answer without its Markdown."""
    plain = re.sub(r"\]\([^)]*\)|\*\*|\[", "", text)
    return [part for part in re.split(r"[。\n]|\. ", plain) if part.strip()]


class TestSize:
    @pytest.mark.parametrize("name", DEMANDED)
    def test_there_is_enough(self, counts: Mapping[str, float], name: str) -> None:
        assert counts[name] >= DEMANDED[name]

    def test_some_entries_end_with_the_fiscal_year(self, book: FaqBook) -> None:
        ending = [entry for entry in book.entries if entry.expires_on == date(2027, 3, 31)]
        assert len(ending) >= 5
        # What ends says for which year it is, so that nobody reads it as a standing rule.
        assert [
            entry.id for entry in ending if not re.search(r"令和[89]年|202[67]年", entry.answer)
        ] == []

    @pytest.mark.parametrize("entry_id", CHECKLISTS)
    def test_life_events_have_a_checklist(self, book: FaqBook, entry_id: str) -> None:
        entry = book.by_id[entry_id]
        assert len(re.findall(r"^ *(?:-|\d+\.) ", entry.answer, re.MULTILINE)) >= 5
        assert entry.answer.count("](/faq/") >= 3

    def test_wards_have_towns_and_stations(self, book: FaqBook) -> None:
        assert len(book.wards) == 7
        assert [ward.id for ward in book.wards if len(ward.towns) < 20] == []
        assert [ward.id for ward in book.wards if len(ward.stations) < 3] == []
        towns = Counter(town for ward in book.wards for town in ward.towns)
        assert [town for town, times in towns.items() if times > 1] == []

    def test_items_are_told_apart(self) -> None:
        with (SAMPLE_CITY / "items" / "gomi.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        names = Counter(
            bare(name) for row in rows for name in (row["name"], *row["aliases"].split("|")) if name
        )
        assert [name for name, times in names.items() if times > 1] == []
        assert [
            row["name"] for row in rows if not re.fullmatch(r"[ぁ-ゖー・]+", row["reading"])
        ] == []


class TestGoldenQuestions:
    def test_sets_are_the_known_ones(self, city: FaqFolder) -> None:
        answered = {one.set for one in city.golden if one.relevant}
        unanswered = {one.set for one in city.golden if not one.relevant and not one.sentence}
        assert answered == ANSWERED_SETS
        assert unanswered == UNANSWERED_SETS

    def test_none_is_in_the_book(self, city: FaqFolder) -> None:
        known = {
            bare(text)
            for entry in city.book.entries
            for text in (entry.question, *entry.phrasings, *variant_questions(entry))
        }
        assert [one.query for one in city.golden if bare(one.query) in known] == []

    def test_fixed_sentences_come_where_they_must_and_nowhere_else(self, city: FaqFolder) -> None:
        replies = FixedReplies(city.book.sentences)
        found = {one.query: replies.find(normalise(one.query)) for one in city.golden}
        assert {one.query: one.sentence for one in city.golden if one.sentence} == {
            query: called.sentence.id for query, called in found.items() if called
        }

    def test_none_is_there_twice(self, city: FaqFolder) -> None:
        times = Counter(bare(one.query) for one in city.golden)
        assert [query for query, count in times.items() if count > 1] == []

    def test_every_entry_is_reached(self, city: FaqFolder) -> None:
        reached = {
            entry for one in city.golden for entry, grade in one.relevant.items() if grade == 2
        }
        assert city.book.by_id.keys() - reached == set()

    def test_every_question_has_a_best_answer(self, city: FaqFolder) -> None:
        assert [
            one.query for one in city.golden if one.relevant and 2 not in one.relevant.values()
        ] == []

    def test_staff_entries_are_reached_by_staff_only(self, city: FaqFolder) -> None:
        staff = {entry.id for entry in city.book.entries if entry.audience == "staff"}
        asked = {one.query: one.set for one in city.golden if staff & one.relevant.keys()}
        assert set(asked.values()) == {"staff"}

    def test_sets_are_written_as_they_are_named(self, city: FaqFolder) -> None:
        by_set = {name: [one.query for one in city.golden if one.set == name] for name in SETS}
        assert [query for query in by_set["kana"] if re.search(r"[一-龥々]", query)] == []
        assert [query for query in by_set["speech"] if re.search(r"[。、，．？！?!]", query)] == []
        assert [query for query in by_set["english"] if not query.isascii()] == []


SETS: Final = ANSWERED_SETS | UNANSWERED_SETS


def variant_questions(entry: FaqEntry) -> list[str]:
    return [one.question for one in (entry.easy, *entry.translations.values()) if one]


def test_no_phrasing_calls_for_a_fixed_sentence(book: FaqBook) -> None:
    words = {bare(word) for one in book.sentences for word in one.words}
    assert [
        (entry.id, text)
        for entry in book.entries
        for text in (entry.question, *entry.phrasings)
        if bare(text) in words
    ] == []


class TestAmounts:
    def test_facts_are_well_formed(self, facts: Mapping[str, dict[str, Any]]) -> None:
        files = {path.stem for path in (SAMPLE_CITY / "entries").glob("*.yaml")}
        assert len(facts) == len(load("facts.yaml"))
        for fact in facts.values():
            assert type(fact["value"]) is int, fact
            assert fact["source"] in {"city", "law"}, fact
            assert fact["applies_to"], fact
            assert set(fact["applies_to"]) <= files, fact

    def test_every_amount_is_a_fact(
        self, said: list[Said], facts: Mapping[str, dict[str, Any]]
    ) -> None:
        known = {
            (file, fact["value"])
            for fact in facts.values()
            if "円" in fact["unit"]
            for file in fact["applies_to"]
        }
        named = [(one, amount) for one in said for amount in yen(one.text)]
        assert len(named) > 400
        assert [f"{one}: {n}" for one, n in named if (one.file, n) not in known] == []

    def test_a_fee_is_the_same_everywhere(
        self, said: list[Said], facts: Mapping[str, dict[str, Any]]
    ) -> None:
        told = [found for one in said for found in fees_told(one, facts)]
        assert FEES.keys() - {word for word, _, _ in told} == set()
        assert [sentence for _, sentence, agrees in told if not agrees] == []

    def test_every_deadline_is_a_fact(
        self, said: list[Said], facts: Mapping[str, dict[str, Any]]
    ) -> None:
        named = [(one, found) for one in said for found in deadlines(one.text)]
        assert len(named) > 150
        wrong = [
            f"{one}: {number}{unit}{kind}"
            for one, (number, unit, kind) in named
            if not any(
                one.file in fact["applies_to"]
                and fact["value"] == number
                and fact["unit"] in {unit, unit + kind}
                for fact in facts.values()
            )
        ]
        assert wrong == []

    def test_item_notes_name_the_fees_of_bulky_waste(
        self, facts: Mapping[str, dict[str, Any]]
    ) -> None:
        with (SAMPLE_CITY / "items" / "gomi.csv").open(encoding="utf-8", newline="") as file:
            priced = {row["name"]: yen(row["note"]) for row in csv.DictReader(file)}
        fees = {facts[name]["value"] for name in ("sodai-chair", "sodai-bike", "sodai-bed")}
        assert {amount for amounts in priced.values() for amount in amounts} == fees
        for name, fact in (
            ("いす", "sodai-chair"),
            ("布団", "sodai-chair"),
            ("ベビーカー", "sodai-chair"),
            ("自転車", "sodai-bike"),
            ("石油ストーブ", "sodai-bike"),
            ("ベッド枠", "sodai-bed"),
            ("学習机", "sodai-bed"),
        ):
            assert priced[name] == [facts[fact]["value"]], name


def fees_told(one: Said, facts: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    """Yield each fee of `FEES` that a text tells: the word, the sentence, whether it agrees."""
    for sentence in sentences(one.text):
        amounts = yen(sentence)
        for word, fact in FEES.items() if len(amounts) == 1 else ():
            if word in sentence and one.file in facts[fact]["applies_to"]:
                known = {facts[fact]["value"]}
                # Certificates are cheaper at convenience stores.
                if CONVENIENCE in one.entry.question + sentence:
                    known.add(facts["konbini-fee"]["value"])
                yield word, f"{one}: {sentence}", amounts[0] in known


def deadlines(text: str) -> list[tuple[int, str, str]]:
    return [
        (int(found["number"]), found["unit"], found["kind"])
        if found["number"]
        else (int(found["en_number"]), ENGLISH_UNITS[found["en_unit"]], "以内")
        for found in DEADLINE.finditer(text)
    ]


class TestOffices:
    def test_telephones_and_pages_are_in_one_form(self, book: FaqBook) -> None:
        for office in book.offices:
            assert re.fullmatch(r"0999-1\d-\d{4}", office.telephone), office.id
            assert re.fullmatch(r"https://www\.city\.shiomi\.example/([a-z-]+/)+", office.page), (
                office.id
            )
        times = Counter(office.telephone for office in book.offices)
        assert [telephone for telephone, count in times.items() if count > 1] == []

    def test_every_telephone_is_known(self, said: list[Said], book: FaqBook) -> None:
        known = {office.telephone for office in book.offices}
        known |= NATIONAL_TELEPHONES | LOCAL_TELEPHONES
        texts = [(str(one), one.text) for one in said]
        texts += [(one.id, repr(one)) for one in book.sentences]
        named = [(where, found) for where, text in texts for found in TELEPHONE.findall(text)]
        assert len(named) > 200
        assert [f"{where}: {found}" for where, found in named if found not in known] == []

    def test_a_telephone_stands_by_the_name_of_its_office(
        self, said: list[Said], book: FaqBook
    ) -> None:
        by_telephone = {office.telephone: office for office in book.offices}
        assert [
            f"{one}: {found}"
            for one in said
            if one.japanese and one.where != "easy"
            for found in TELEPHONE.findall(one.text)
            if found in by_telephone
            and not any(name in one.text for name in names_of(by_telephone[found]))
        ] == []

    def test_hours_by_a_telephone_are_those_of_the_office(
        self, said: list[Said], book: FaqBook
    ) -> None:
        by_telephone = {office.telephone: office for office in book.offices}
        found = [(one, match) for one in said for match in CALLABLE.finditer(one.text)]
        assert len(found) >= 10
        days = {"平日": {0, 1, 2, 3, 4}, "毎日": set(range(7)), "月〜土曜日": set(range(6))}
        for one, match in found:
            telephone, when, start, end = match.groups()
            hours = by_telephone[telephone].hours
            assert {day for line in hours for day in line.days} >= days[when], str(one)
            spans = [span for line in hours if 0 in line.days for span in line.spans]
            assert f"{min(spans)[0]:%-H:%M}-{max(spans)[1]:%-H:%M}" == f"{start}-{end}", str(one)

    def test_every_office_named_is_one_of_the_city(self, said: list[Said], book: FaqBook) -> None:
        known = {name for office in book.offices for name in OFFICE_NAME.findall(office.name)}
        named = [
            (one, name)
            for one in said
            if one.japanese and one.where != "easy"
            for name in OFFICE_NAME.findall(one.text)
        ]
        assert len(named) > 400
        wrong = [
            f"{one}: {name}" for one, name in named if name not in known | NOT_OFFICES | SHORT_NAMES
        ]
        assert wrong == []

    def test_lists_of_names_hold_nothing_idle(self, said: list[Said]) -> None:
        used = {name for one in said if one.japanese for name in OFFICE_NAME.findall(one.text)}
        assert (NOT_OFFICES | SHORT_NAMES) - used == set()

    def test_fixed_sentences_name_offices_as_they_are(self, book: FaqBook) -> None:
        names = {office.telephone: office.name for office in book.offices}
        named = [
            (one.id, contact.name.removeprefix("汐見市"), names[contact.telephone])
            for one in book.sentences
            for contact in one.contacts
            if contact.telephone in names
        ]
        assert len(named) > 10
        assert [(where, name) for where, name, office in named if name not in office] == []

    def test_every_page_is_known(self, said: list[Said], book: FaqBook) -> None:
        pages = SERVICE_PAGES | {office.page for office in book.offices}
        links = [(one, url) for one in said for url in URL.findall(one.text)]
        links += [(one, link.url) for one in said for link in one.entry.links]
        links = [(one, url) for one, url in links if not url.startswith("/faq/")]
        assert len(links) > 200
        assert [
            f"{one}: {url}"
            for one, url in links
            if url not in pages and url.split("/")[2] not in OTHER_SITES
        ] == []
        assert {url for _one, url in links} >= SERVICE_PAGES

    def test_the_emergency_clinic_opens_by_day_when_others_rest(self, book: FaqBook) -> None:
        clinic = book.office("kyukan")
        assert clinic is not None
        sunday = clinic.spans_on(date(2026, 11, 29))
        assert len(sunday) == 3
        first, last = date(2026, 11, 23), date(2027, 5, 31)
        resting = [day for day, _name in jpholiday.between(first, last)]
        resting += [date(2026, 12, day) for day in (29, 30, 31)]
        resting += [date(2027, 1, day) for day in (1, 2, 3)]
        assert [day for day in resting if clinic.spans_on(day) != sunday] == []
        assert len(clinic.spans_on(date(2026, 11, 24))) == 1

    def test_libraries_open_on_holiday_mondays_and_close_after(self, book: FaqBook) -> None:
        libraries = [one for one in book.offices if one.id.endswith("toshokan")]
        assert len(libraries) == 7
        for library in libraries:
            assert library.spans_on(date(2027, 1, 11)), library.id
            assert not library.spans_on(date(2027, 1, 12)), library.id
            assert not library.spans_on(date(2027, 1, 18)), library.id


def names_of(office: Office) -> tuple[str, ...]:
    if office.id.endswith("-daihyo"):
        return ("宿直", "代表")
    if office.id.endswith("-anshin"):
        return ("あんしんセンター",)
    return (*office.name.split(), *NICKNAMES.get(office.id, ()))


class TestDates:
    def test_weekdays_are_right(self, said: list[Said]) -> None:
        checked = 0
        for one in said:
            for day, weekday in dated(one.text) if one.japanese else ():
                if weekday:
                    checked += 1
                    assert "月火水木金土日"[day.weekday()] == weekday, f"{one}: {day}"
        assert checked >= 30

    def test_dates_exist_and_are_written_for_people(self, said: list[Said]) -> None:
        for one in said:
            assert not MACHINE_DATE.search(one.text), str(one)
            for day, _weekday in dated(one.text):  # a day that does not exist raises
                assert 2000 <= day.year <= 2030, f"{one}: {day}"

    def test_both_ways_of_counting_years_agree(self, said: list[Said]) -> None:
        pairs = [(one, match) for one in said for match in BOTH_YEARS.finditer(one.text)]
        assert pairs
        for one, match in pairs:
            era, western = match[1] or match[4], match[2] or match[3]
            assert int(era) + 2018 == int(western), f"{one}: {match[0]}"

    def test_the_year_end_is_the_same_everywhere(self, said: list[Said]) -> None:
        found = [
            (one, match.groups())
            for one in said
            for match in YEAR_END.finditer(one.text)
            if one.file != "gakko"  # the winter holidays of the schools
        ]
        assert len(found) > 20
        # Offices rest from the 29th; garbage is collected until the 30th.
        assert [
            str(one)
            for one, days in found
            if days != (("31", "3") if one.file == "gomi" else ("29", "3"))
        ] == []

    def test_days_to_pay_are_working_days(self, book: FaqBook) -> None:
        for entry_id, least in (("zei-noki", 9), ("kokuho-harau", 3)):
            days = [day for day, weekday in dated(book.by_id[entry_id].answer) if weekday]
            assert len(days) >= least
            for day in days:
                assert day.weekday() < 5, day
                assert not jpholiday.is_holiday(day), day
                assert not (12, 29) <= (day.month, day.day) <= (12, 31), day

    def test_reviews_lie_in_the_past(self, book: FaqBook) -> None:
        assert [
            entry.id
            for entry in book.entries
            if not (
                entry.reviewed_on and date(2026, 3, 15) <= entry.reviewed_on <= date(2026, 11, 23)
            )
        ] == []


def dated(text: str) -> Iterator[tuple[date, str]]:
    """Yield each day that is named, with its weekday where one stands by it."""
    last: date | None = None
    for match in DATED.finditer(text):
        month, day = int(match[3]), int(match[4])
        if match[1] or match[2]:
            last = date(int(match[1] or int(match[2]) + 2018), month, day)
        else:
            last = without_year(month, day, last)
        yield last, match[5] or ""


def without_year(month: int, day: int, last: date | None) -> date:
    """Return the day soon after the one named before it, else the one of the fiscal year 2026."""
    if last:
        follows = date(last.year, month, day)
        if timedelta(0) <= follows - last <= timedelta(days=60):
            return follows
    return date(2026 if month >= 4 else 2027, month, day)


class TestWards:
    def test_an_answer_by_ward_is_there_for_every_ward(self, book: FaqBook) -> None:
        wards = {ward.id for ward in book.wards}
        differing = [entry for entry in book.entries if entry.by_ward]
        assert len(differing) >= 20
        assert [entry.id for entry in differing if entry.by_ward.keys() != wards] == []

    def test_an_answer_names_its_own_ward_only(self, book: FaqBook) -> None:
        for entry in book.entries:
            for ward_id, answer in entry.by_ward.items():
                named = {ward.id for ward in book.wards if names_ward(answer, ward.name)}
                assert named == {ward_id}, f"{entry.id}: {ward_id}"

    def test_an_answer_gives_no_telephone_of_another_ward(self, book: FaqBook) -> None:
        wards = {office.telephone: office.ward for office in book.offices}
        for entry in book.entries:
            for ward_id, answer in entry.by_ward.items():
                foreign = {
                    found
                    for found in TELEPHONE.findall(answer)
                    if wards.get(found) not in {None, ward_id}
                }
                assert foreign == set(), f"{entry.id}: {ward_id}"

    def test_evening_counters_are_on_the_days_of_the_offices(self, book: FaqBook) -> None:
        group = book.group("kumin")
        assert group is not None
        for ward_id, answer in book.by_id["kumin-madoguchi"].by_ward.items():
            office = book.office(group.offices[ward_id])
            assert office is not None
            evening = [hours for hours in office.hours if hours.spans[-1][1].hour == 19]
            assert len(evening) == 1
            (day,) = evening[0].days
            assert f"{'月火水木金土日'[day]}曜" in answer, ward_id

    def test_towns_by_a_ward_are_its_own(self, book: FaqBook) -> None:
        wards = {ward.name: ward for ward in book.wards}
        for office in book.offices:
            match = re.match(r"(\w+?区)([^\d\s-]+)", office.address)
            if match:
                town = match[2].removesuffix("市役所")
                assert town in wards[match[1]].towns, office.id


def names_ward(text: str, name: str) -> bool:
    return re.search(rf"(?<![一-龥]){name}|汐見市{name}", text) is not None


def test_staff_entries_are_linked_from_staff_entries_only(said: list[Said], book: FaqBook) -> None:
    staff = {entry.id for entry in book.entries if entry.audience == "staff"}
    assert [
        str(one)
        for one in said
        if one.entry.audience == "public"
        for target in re.findall(r"/faq/([a-z0-9-]+)", one.text)
        if target in staff
    ] == []
