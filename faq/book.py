"""All entries of one version, immutable, with a digest."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from faq.city import City, Ward
from faq.decision import TunedDecision
from faq.entry import FaqEntry, Variant
from faq.item import Item, entry_of
from faq.office import Office, OfficeGroup
from faq.problem import IndexDamaged
from faq.sentence import FixedSentence


@dataclass(frozen=True)
class FaqBook:
    """What the city knows in one version: entries in the order of their ids, and all around them.

    Two books with the same content have the same digest, whatever the order of the files was.
    """

    entries: tuple[FaqEntry, ...]
    city: City = field(default_factory=lambda: City("市"))
    wards: tuple[Ward, ...] = ()
    offices: tuple[Office, ...] = ()
    groups: tuple[OfficeGroup, ...] = ()
    sentences: tuple[FixedSentence, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    decision: TunedDecision | None = None
    items: tuple[Item, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[FaqEntry], **around: Any) -> "FaqBook":
        """Make a book of entries in any order."""
        return cls(tuple(sorted(entries, key=lambda entry: entry.id)), **around)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the whole content, as the version that published it writes it."""
        return hashlib.sha256(self.to_json()).hexdigest()

    def to_json(self) -> bytes:
        """Return the whole book as canonical JSON: the snapshot that a Release keeps."""
        return msgspec.json.encode(self, order="sorted")

    @classmethod
    def from_json(cls, snapshot: bytes, digest: str = "", index_digest: str = "") -> "FaqBook":
        """Read a snapshot back; raises IndexDamaged when it is not one.

        It goes on by the digests it was published with: a version with more fields would write it
        otherwise, and look for its index in vain. Without them those of the snapshot are taken.
        """
        try:
            book = msgspec.json.decode(snapshot, type=cls)
        except msgspec.MsgspecError as error:
            raise IndexDamaged(f"the snapshot of the book cannot be read: {error}") from error
        vars(book)["digest"] = digest or hashlib.sha256(snapshot).hexdigest()
        vars(book)["index_digest"] = index_digest or index_digest_of(snapshot)
        return book

    @cached_property
    def index_digest(self) -> str:
        """SHA-256 (hex) over all that an index is made from: entries and synonyms.

        Books that differ elsewhere (in sentences, offices, items) share one index.
        """
        return index_digest_of(self.to_json())

    @cached_property
    def by_id(self) -> Mapping[str, FaqEntry]:
        """Entries by their id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def item_entries(self) -> Mapping[str, FaqEntry]:
        """The items of all tables as entries, by their id."""
        made = (entry_of(item, self.by_id.get(item.guide)) for item in self.items)
        return {entry.id: entry for entry in made}

    def entry(self, entry_id: str) -> FaqEntry | None:
        """Return the entry, or the item as one, of that id; None when there is none."""
        return self.by_id.get(entry_id) or self.item_entries.get(entry_id)

    def item(self, item_id: str) -> Item | None:
        """Return the item of that id, or None."""
        return self._items.get(item_id)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """Topics of public entries, those with most entries first."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            if entry.audience == "public" and entry.topic:
                counts[entry.topic] = counts.get(entry.topic, 0) + 1
        return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic)))

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages beside Japanese that at least one entry is approved in."""
        return frozenset(language for entry in self.entries for language in entry.translations)

    @cached_property
    def _items(self) -> Mapping[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def _offices(self) -> Mapping[str, Office]:
        return {office.id: office for office in self.offices}

    @cached_property
    def _groups(self) -> Mapping[str, OfficeGroup]:
        return {group.id: group for group in self.groups}

    @cached_property
    def _sentences(self) -> Mapping[str, FixedSentence]:
        return {sentence.id: sentence for sentence in self.sentences}

    def office(self, office_id: str) -> Office | None:
        """Return the office of that id, or None."""
        return self._offices.get(office_id)

    def group(self, group_id: str) -> OfficeGroup | None:
        """Return the group of offices of that id, or None."""
        return self._groups.get(group_id)

    def contact(self, contact_id: str, ward: str | None) -> Office | None:
        """Return whom to call: the office, or the ward's office of a group.

        A group without a known ward is answered by a nameless front: its name and page, and the
        contact centre's telephone, which puts through to every ward.
        """
        group = self.group(contact_id)
        if group is None:
            return self.office(contact_id) or self.contact_centre
        if ward and ward in group.offices:
            return self.office(group.offices[ward])
        centre = self.contact_centre
        return Office(
            id=group.id,
            name=group.name,
            telephone=centre.telephone if centre else "",
            hours=centre.hours if centre else (),
            closed_on_holidays=centre.closed_on_holidays if centre else True,
            closed_at_year_end=centre.closed_at_year_end if centre else True,
            special_days=centre.special_days if centre else (),
            page=group.page,
        )

    @property
    def contact_centre(self) -> Office | None:
        """Where anybody may call about anything."""
        return self.office(self.city.contact_centre)

    def sentence(self, sentence_id: str) -> FixedSentence | None:
        """Return the fixed sentence of that id, or None."""
        return self._sentences.get(sentence_id)

    def variant(self, entry: FaqEntry, language: str) -> Variant | None:
        """Return the entry's approved text in a language, unless the city withholds stale ones."""
        variant = entry.variant(language)
        if variant and self.city.stale_translations == "withhold" and entry.is_stale(variant):
            return None
        return variant

    def is_long_unreviewed(self, entry: FaqEntry, today: date) -> bool:
        """Tell whether nobody has looked at an entry for as long as the city allows."""
        if entry.reviewed_on is None:
            return False
        reviewed = entry.reviewed_on
        months = 12 * (today.year - reviewed.year) + today.month - reviewed.month
        return months - (today.day < reviewed.day) >= self.city.review_months

    def ward(self, name: str) -> Ward | None:
        """Return the ward of that id or Japanese name, or None."""
        return next((ward for ward in self.wards if name in (ward.id, ward.name)), None)


class _Indexed(msgspec.Struct):
    """The parts of a snapshot that an index is made from, as they are written."""

    entries: msgspec.Raw
    synonyms: msgspec.Raw = msgspec.Raw(b"[]")


def index_digest_of(snapshot: bytes) -> str:
    """Return the `index_digest` of a snapshot's book, by the letter: as its version wrote it.

    Raises IndexDamaged when it is no snapshot.
    """
    try:
        indexed = msgspec.json.decode(snapshot, type=_Indexed)
    except msgspec.MsgspecError as error:
        raise IndexDamaged(f"the snapshot of the book cannot be read: {error}") from error
    digest = hashlib.sha256(indexed.entries)
    digest.update(indexed.synonyms)
    return digest.hexdigest()
