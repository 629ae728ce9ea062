"""Reading the fixed sentences and the city's own synonyms from YAML files."""

from pathlib import Path
from typing import Final

from ruamel.yaml.comments import CommentedSeq

from faq.entry import LANGUAGES
from faq.files.entries import read_links
from faq.files.yaml_file import Problems, Record, read_yaml, records_of
from faq.sentence import DANGERS, SENTENCE_GROUPS, EmergencyContact, FixedSentence

_SHORTEST_SIGN: Final = 2


def read_sentences(path: Path, problems: Problems) -> list[tuple[FixedSentence, Record]]:
    """Return the fixed sentences of replies.yaml with their records."""
    document = read_yaml(path, problems)
    return [(_sentence(record), record) for record in records_of(document, problems)]


def _sentence(record: Record) -> FixedSentence:
    text = record.texts("text")
    if not text:
        record.problem("text", "「text」がありません。市民に見せる文を1つ以上書いてください")
    sentence = FixedSentence(
        id=record.identifier(),
        label=record.text("label", required=True),
        group=record.choice("group", SENTENCE_GROUPS, "answering"),
        text=text or ("",),
        words=record.texts("words"),
        signs=_signs(record),
        unless=record.texts("unless"),
        private=record.flag("private", default=False),
        danger=record.choice("danger", DANGERS, ""),
        easy=record.text("easy"),
        translations=read_translations(record),
        contacts=tuple(_contact(item) for item in record.records("contacts")),
        links=read_links(record),
    )
    record.finish()
    return sentence


def _signs(record: Record) -> tuple[str, ...]:
    signs = record.texts("signs")
    for index, sign in enumerate(signs):
        parts = sign.split("+")
        if not all(word.strip() for part in parts for word in part.split("|")):
            record.problem("signs", f"「{sign}」の + か | のとなりに、ことばがありません", index)
        elif len(sign.replace("|", "").strip()) < _SHORTEST_SIGN:
            record.problem("signs", f"「{sign}」は短すぎて、ほかの質問でも出てしまいます", index)
    return signs


def read_translations(record: Record) -> dict[str, str]:
    """Return the texts of a record in other languages, by language."""
    translations = record.record("translations")
    if translations is None:
        return {}
    for language in translations.keys():
        if language not in LANGUAGES:
            translations.problem(
                language, f"言語「{language}」は使えません。{'・'.join(LANGUAGES)} のどれかです"
            )
    return {language: translations.text(language) for language in translations.keys()}


def _contact(record: Record) -> EmergencyContact:
    contact = EmergencyContact(
        record.text("name", required=True), record.text("telephone", required=True)
    )
    record.finish()
    return contact


def read_synonyms(path: Path, problems: Problems) -> list[tuple[str, ...]]:
    """Return the groups of synonyms.yaml: a list of lists of words."""
    document = read_yaml(path, problems)
    if document is None:
        return []
    if not isinstance(document, CommentedSeq):
        problems.add("synonyms.yaml は「- [ごみ, ゴミ]」のような一覧にしてください")
        return []
    groups: list[tuple[str, ...]] = []
    for index, group in enumerate(document):
        words = [str(word).strip() for word in group] if isinstance(group, list) else []
        if len(set(words)) < 2:
            line, column = document.lc.item(index)
            problems.add("同じ意味のことばを2つ以上、[ ] の中に書いてください", line, column)
        groups.append(tuple(words))
    return groups
