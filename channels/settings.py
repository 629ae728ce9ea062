"""What a city sets, read from the environment (TOIAWASE_*) and nowhere else."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.decision import Thresholds

_QUESTIONS_A_MINUTE: Final = 120
"""Enough for an office or a school whose people share one address."""


class Settings(BaseSettings):
    """Every setting of the service; docs/settings.md explains each one in Japanese."""

    model_config = SettingsConfigDict(env_prefix="TOIAWASE_", frozen=True)

    mode: Literal["demo", "production"] = "demo"
    state_folder: Path = Path("var")
    faq_folder: Path | None = None
    database_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: str = ""
    keep_days: int = Field(default=180, ge=1)
    rate_limit: str = Field(default="on", pattern=r"^(on|off|[1-9][0-9]{0,5})$")
    answer_threshold: float | None = Field(default=None, ge=0, le=1)
    unsure_threshold: float | None = Field(default=None, ge=0, le=1)
    meaning: bool = True
    drain_seconds: float = Field(default=0, ge=0, le=60)
    secret_key_file: Path | None = None
    line_channel_id: str = ""
    line_channel_secret: SecretStr | None = None
    line_channel_access_token: SecretStr | None = None
    line_api_base: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _split_origins(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("allowed_origins")
        if isinstance(origins, str):
            listed = tuple(origin.strip() for origin in origins.split(",") if origin.strip())
            return {**values, "allowed_origins": listed}
        return values

    @model_validator(mode="after")
    def _has_whole_line(self) -> "Settings":
        has_token = bool(self.line_channel_access_token or self.line_channel_id)
        if self.line_channel_secret and not has_token:
            raise ValueError(
                "TOIAWASE_LINE_CHANNEL_SECRET だけでは LINE に返信できません。"
                "TOIAWASE_LINE_CHANNEL_ID か TOIAWASE_LINE_CHANNEL_ACCESS_TOKEN も書いてください"
            )
        return self

    @property
    def questions_a_minute(self) -> int | None:
        """How many questions one address may ask in a minute, None where nobody counts."""
        if self.rate_limit == "off":
            return None
        return _QUESTIONS_A_MINUTE if self.rate_limit == "on" else int(self.rate_limit)

    @property
    def key_file(self) -> Path:
        """Where the secret key is; it is made there when it is missing."""
        return self.secret_key_file or self.state_folder / "secret.key"

    @property
    def draft_folder(self) -> Path:
        """The FAQ folder that staff curate."""
        return self.faq_folder or self.state_folder / "faq"

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.state_folder / 'toiawase.db'}"

    @property
    def database_file(self) -> Path | None:
        """The file of the database, None where it is not SQLite."""
        if not self.database.startswith("sqlite"):
            return None
        return Path(self.database.removeprefix("sqlite:///"))

    @property
    def spool_folder(self) -> Path:
        """Where records wait while the database is away."""
        return self.state_folder / "spool"

    @property
    def index_root(self) -> Path:
        """Where indexes are unpacked, one folder for each digest."""
        return self.state_folder / "index"

    @property
    def thresholds(self) -> Thresholds:
        """From which confidence to answer, and to ask back."""
        return Thresholds(self.answer_threshold, self.unsure_threshold)


def copy_sample_city(target: Path) -> None:
    """Copy the sample city's FAQ folder to `target`, which must not exist yet."""
    with as_file(files("faq").joinpath("entries/shiomi")) as source:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target)
