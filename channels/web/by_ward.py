"""What of an entry differs by ward: the answers, and the offices to call."""

from channels.markdown import to_html
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.office import Office


def ward_answers(book: FaqBook, entry: FaqEntry) -> list[tuple[str, str]]:
    """Return each ward's name with its own answer as HTML, in the city's order of wards."""
    return [
        (ward.name, to_html(entry.by_ward[ward.id]))
        for ward in book.wards
        if ward.id in entry.by_ward
    ]


def ward_offices(book: FaqBook, contact: str) -> list[Office]:
    """Return the office of each ward where the contact is a group, else none."""
    group = book.group(contact)
    if group is None:
        return []
    offices = (
        book.office(group.offices[ward.id]) for ward in book.wards if ward.id in group.offices
    )
    return [office for office in offices if office]
