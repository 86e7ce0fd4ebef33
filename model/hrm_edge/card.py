"""Model card: ``hrm.card`` of docs/format.md, where a model comes from and what it was measured to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import HrmEdgeError, first_fault
from .json_object import read_object


class _Open(BaseModel):
    """Unknown keys are kept."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, data: Any) -> Any:
        """None is how a key that is left out reads here; null in the file would be none to other readers."""
        for name in cls.model_fields if isinstance(data, dict) else ():
            if name in data and data[name] is None:
                raise ValueError(f"{name} is null: what there is not is left out")
        return data


class CardData(_Open):
    """One data set the model was trained on; ``source`` names where the public gets it."""

    name: str
    source: str
    rows: int | None = None


class CardScore(_Open):
    """One measured score; shares are 0..1, ``max_steps`` the budget in ACT steps, ``date`` ISO 8601."""

    data: str
    n: int
    max_steps: int
    raw_exact: float | None = None
    solved: float | None = None
    wrong: int | None = None
    date: str
    engine: str
    mean_steps: float | None = None
    p50_steps: float | None = None
    p99_steps: float | None = None
    halting_precision: float | None = None
    halting_recall: float | None = None
    solved_within: dict[str, float] | None = None


class ModelCard(_Open):
    """The card; only ``name`` is required. ``hours`` and ``steps`` count training."""

    # It stands in what people read: no control characters, which a terminal would obey.
    name: str = Field(min_length=1, max_length=200, pattern=r"^\P{Cc}+$")
    license: str | None = None
    data: list[CardData] | None = None
    regime: str | None = None
    steps: int | None = None
    hours: float | None = None
    hardware: str | None = None
    seed: int | None = None
    commit: str | None = None
    parameters: int | None = None
    scores: list[CardScore] | None = None
    notes: str | None = None

    @classmethod
    def parse(cls, data: dict[str, Any] | str) -> ModelCard:
        """Reads a dict or a JSON text.

        Raises:
            HrmEdgeError: code ``weights``, naming the first wrong key.
        """
        fields = read_object(data, "hrm.card") if isinstance(data, str) else data
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise HrmEdgeError("weights", f"hrm.card: {first_fault(error)}") from error

    @classmethod
    def read(cls, path: Path) -> ModelCard:
        """Reads a JSON file. Raises HrmEdgeError (code ``weights``), naming the file, if it holds no card."""
        try:
            return cls.parse(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, HrmEdgeError) as error:
            raise HrmEdgeError("weights", f"{path}: {error}") from error

    def to_json(self) -> str:
        """Compact JSON without absent keys."""
        return json.dumps(self.model_dump(exclude_none=True), separators=(",", ":"), ensure_ascii=False)
