"""Rows of notices that are switched on and of channels that are closed."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from bot.board import Board
from bot.question import Channel
from bot.store.schema import CLOSED_CHANNELS, NOTICES
from faq.notice import Notice


class SqlBoard:
    """Notices and closed channels in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def board(self) -> Board:
        """Return everything that is switched on or off."""
        with self._engine.connect() as connection:
            notices = connection.execute(select(NOTICES).order_by(NOTICES.c.id)).all()
            closed = connection.execute(select(CLOSED_CHANNELS)).all()
        return Board(
            tuple(Notice(**row._mapping) for row in notices),
            {row.channel: row.sentence for row in closed},
        )

    def put_up(self, notice: Notice) -> None:
        """Switch a notice on, in place of the one of the same id."""
        values = {name: getattr(notice, name) for name in NOTICES.c.keys()}
        values["translations"] = dict(notice.translations)
        with self._engine.begin() as connection:
            connection.execute(delete(NOTICES).where(NOTICES.c.id == notice.id))
            connection.execute(insert(NOTICES).values(values))

    def take_down(self, notice_id: str) -> bool:
        """Switch a notice off; False when it was not on."""
        with self._engine.begin() as connection:
            done = connection.execute(delete(NOTICES).where(NOTICES.c.id == notice_id))
        return bool(done.rowcount)

    def close(self, channel: Channel, sentence: str, at: datetime) -> None:
        """Close a channel with the sentence its users read."""
        values = {"channel": channel, "sentence": sentence, "closed_at": at}
        with self._engine.begin() as connection:
            connection.execute(delete(CLOSED_CHANNELS).where(CLOSED_CHANNELS.c.channel == channel))
            connection.execute(insert(CLOSED_CHANNELS).values(values))

    def open(self, channel: Channel) -> bool:
        """Open a channel again; False when it was not closed."""
        with self._engine.begin() as connection:
            done = connection.execute(
                delete(CLOSED_CHANNELS).where(CLOSED_CHANNELS.c.channel == channel)
            )
        return bool(done.rowcount)
