"""JSON objects of a weights file, read strictly: every reader must see the same in them."""

from __future__ import annotations

import json
import math
from typing import Any

from .errors import HrmEdgeError

# The format needs 3; what is much deeper would end the stack of some later reader of the card.
MAX_DEPTH = 64


def read_object(text: str, what: str) -> dict[str, Any]:
    """The JSON object in ``text``; ``what`` it is, for messages.

    A whole number is an int in any spelling, ``8.0`` and ``1e3`` too: JavaScript cannot tell them apart.

    Raises:
        HrmEdgeError: code ``weights`` for what is no JSON object, has a key twice, the key ``__proto__``, a number
            beyond a double or half a surrogate pair, or is nested too deep.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) != len(pairs):
            raise HrmEdgeError("weights", f"{what} has a key twice")
        if "__proto__" in seen:  # JavaScript loses it
            raise HrmEdgeError("weights", f"{what} has the key __proto__")
        return seen

    def refuse(constant: str) -> None:
        raise HrmEdgeError("weights", f"{what} is not JSON: {constant}")

    def number(spelt: str) -> int | float:
        if math.isinf(value := float(spelt)):
            raise HrmEdgeError("weights", f"{what} has a number beyond a double: {spelt[:20]}")
        if not value.is_integer():
            return value
        return int(spelt) if spelt.lstrip("-").isdecimal() else int(value)

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_int=number, parse_float=number, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, HrmEdgeError):
            raise
        raise HrmEdgeError("weights", f"{what} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise HrmEdgeError("weights", f"{what} is not a JSON object")
    if _is_deeper(value, MAX_DEPTH):
        raise HrmEdgeError("weights", f"{what} is nested deeper than {MAX_DEPTH}")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise HrmEdgeError("weights", f"{what} has half a surrogate pair, which no text is") from error
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_is_deeper(child, levels - 1) for child in (value.values() if isinstance(value, dict) else value))
