"""What a city sets, read from the environment (TOIAWASE_*) and nowhere else."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.decision import Thresholds


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
    answer_threshold: float | None = Field(default=None, ge=0, le=1)
    unsure_threshold: float | None = Field(default=None, ge=0, le=1)
    meaning: bool = True

    @model_validator(mode="before")
    @classmethod
    def _split_origins(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("allowed_origins")
        if isinstance(origins, str):
            listed = tuple(origin.strip() for origin in origins.split(",") if origin.strip())
            return {**values, "allowed_origins": listed}
        return values

    @property
    def draft_folder(self) -> Path:
        """The FAQ folder that staff curate."""
        return self.faq_folder or self.state_folder / "faq"

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.state_folder / 'toiawase.db'}"

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
