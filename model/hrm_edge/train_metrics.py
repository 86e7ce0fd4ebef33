"""metrics.jsonl: what its lines say of the updates since the line before, written and read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from .files import writing


class Sums:
    """Sums of what `Trainer.update` returns; ``n`` updates."""

    def __init__(self) -> None:
        self.n = 0
        self.of: dict[str, float] = {}

    def add(self, values: dict[str, float]) -> None:
        """One more update, where it says anything yet."""
        self.n += bool(values)
        for name, value in values.items():
            self.of[name] = self.of.get(name, 0.0) + value

    def line(self) -> dict[str, Any]:
        """Means and shares; a share of nothing is None."""
        of = self.of

        def share(a: str, b: str) -> float | None:
            return round(of[a] / of[b], 4) if of.get(b) else None

        return {
            "loss": round(of["loss"] / self.n, 5),
            "entropy": round(of["entropy"] / self.n, 5),
            "norm": round(of["norm"] / self.n, 4),
            "raw_16": share("plain_solved", "plain"),
            "seen": share("seen", "refuted"),
            "false_alarm": share("false_alarm", "sound"),
            "boards": int(of["plain"]),
        }


def append_line(path: Path, line: dict[str, Any]) -> None:
    """Writes a line at the end; one that a kill has cut there stays by itself. Raises HrmEdgeError, code ``file``."""
    with writing(path), path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(line).encode() + b"\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Lines of a metrics.jsonl, none where there is no file; what is no object, as a line cut short by a kill, is left
    out."""
    lines = []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            lines.append(json.loads(line))
        except ValueError:  # no JSON, or not UTF-8
            continue
    return [line for line in lines if isinstance(line, dict)]
