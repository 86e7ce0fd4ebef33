"""What a line of metrics.jsonl says of the updates since the line before."""

from __future__ import annotations

from typing import Any


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
        share = lambda a, b: round(of[a] / of[b], 4) if of.get(b) else None  # noqa: E731
        return {
            "loss": round(of["loss"] / self.n, 5),
            "entropy": round(of["entropy"] / self.n, 5),
            "norm": round(of["norm"] / self.n, 4),
            "raw_16": share("plain_solved", "plain"),
            "seen": share("seen", "refuted"),
            "false_alarm": share("false_alarm", "sound"),
            "boards": int(of["plain"]),
        }
