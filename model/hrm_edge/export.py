"""Float state dict + config + card -> weights file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from .card import ModelCard
from .config import HRMConfig
from .quantise import TensorError, quantise_state
from .weights_file import write_weights


@dataclass(frozen=True)
class ExportReport:
    """What was written: size in bytes, parameter count, worst quantisation error of every matrix."""

    path: Path
    bytes: int
    parameters: int
    errors: list[TensorError]

    @property
    def worst(self) -> TensorError:
        """The matrix with the largest relative error."""
        return max(self.errors, key=lambda error: error.relative)

    def lines(self) -> list[str]:
        """For people: a line per matrix, then the worst overall."""
        width = max(len(error.name) for error in self.errors)
        rows = [f"{e.name:<{width}}  abs {e.absolute:.3e}  rel {e.relative:.3e}" for e in self.errors]
        worst = self.worst
        rows.append(f"worst: {worst.name}, {worst.absolute:.3e} absolute, {worst.relative:.3e} of its row's largest")
        rows.append(f"{self.path}: {self.bytes:,} bytes, {self.parameters:,} parameters")
        return rows


def parameter_count(state: dict[str, Tensor]) -> int:
    """Learned numbers: everything but the starting states and the rotary tables."""
    fixed = ("H_init", "L_init", "rotary_emb.cos_cached", "rotary_emb.sin_cached")
    return sum(tensor.numel() for name, tensor in state.items() if name not in fixed)


def export_weights(state: dict[str, Tensor], config: HRMConfig, card: ModelCard, path: Path) -> ExportReport:
    """Quantises and writes; the card's ``parameters`` is filled in.

    Raises:
        HrmEdgeError: code ``checkpoint`` or ``quantise`` for a state dict that cannot be stored, ``weights`` if the
            header would be over its limit, ``file`` if ``path`` cannot be written.
    """
    tensors, errors = quantise_state(state, config)
    parameters = parameter_count(state)
    size = write_weights(path, config, card.model_copy(update={"parameters": parameters}), tensors)
    return ExportReport(path, size, parameters, errors)
