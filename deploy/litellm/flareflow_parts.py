"""What a prompt and its tools may be made of, so that nothing in them costs tokens that its bytes don't show.

The rules are FlareFlow's gateway's own, read from `flareflow_parts.json`: what is not there is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import HTTPException

RULES: Mapping[str, Any] = json.loads(Path(__file__).with_name("flareflow_parts.json").read_text("utf-8"))
FLAGS = re.IGNORECASE | re.DOTALL | re.ASCII
TEXTS = {name: (re.compile(rule["pattern"], FLAGS), rule["sentence"]) for name, rule in RULES["texts"].items()}
SEARCHING = [re.compile(pattern, FLAGS) for pattern in RULES["searchingModels"]]
ROUTES = {
    "completion": "/chat/completions",
    "text_completion": "/completions",
    "embedding": "/embeddings",
    "responses": "/responses",
}
# Of a name that a caller made up.
SHOWN = 64


@dataclass(frozen=True)
class Fault:
    sentence: str
    path: tuple[str, ...] = ()
    # What the sentence names beside the field.
    word: str = ""

    def refusal(self) -> HTTPException:
        field = ".".join(self.path)
        said = self.sentence
        for name, word in (("{kind}", self.word), ("{choices}", self.word), ("{field}", field)):
            said = said.replace(name, word)
        return HTTPException(status_code=400, detail={"error": said, "code": "invalid_request", "field": field})


def route_of(call_type: str) -> str | None:
    """The route of a call that is metered; LiteLLM puts an `a` before a call that doesn't block."""
    return ROUTES.get(call_type) or ROUTES.get(call_type.removeprefix("a"))


def is_searching_model(name: str) -> bool:
    """Whether a model of this name does more than its prompt says, at its provider."""
    return any(pattern.search(name) for pattern in SEARCHING)


def images_of(route: str, body: Mapping[str, Any]) -> int:
    """How many images a request has; raises 400 for the first thing in it that its bytes may not bound."""
    checked = _Check()
    for field, shape in RULES["fields"][route].items():
        fault = checked.value(body.get(field), shape)
        if fault is not None:
            raise _within(field, fault).refusal()
    return checked.images


class _Check:
    def __init__(self) -> None:
        self.images = 0

    def value(self, value: Any, shapes: Any) -> Fault | None:
        if value is None:
            return None
        shape = _shape_for(value, shapes)
        if shape is None:
            return _fault("shape")
        if shape == "nothing":
            return None if value == [] else _fault("unknown")
        if isinstance(shape, str):
            if isinstance(value, str):
                return self._text(value, shape)
            return self._object(value, shape) if shape != "any" and isinstance(value, dict) else None
        if "one" in shape:
            return None if value in shape["one"] else _fault("one", word=", ".join(shape["one"]))
        return self._each(value, shape["each"])

    def _each(self, values: list[Any], shape: Any) -> Fault | None:
        for at, inner in enumerate(values):
            fault = _fault("shape") if inner is None else self.value(inner, shape)
            if fault is not None:
                return _within(str(at), fault)
        return None

    def _text(self, value: str, name: str) -> Fault | None:
        if name in TEXTS:
            pattern, sentence = TEXTS[name]
            if pattern.fullmatch(value) is None:
                return Fault(sentence)
        self.images += name == "image"
        return None

    def _object(self, value: Mapping[str, Any], kind: str) -> Fault | None:
        by_type = RULES["kinds"].get(kind)
        name = kind
        given = value.get("type")
        given = RULES["untyped"].get(kind) if given is None else given
        if by_type is not None:
            if not isinstance(given, str) or given not in by_type:
                return _fault("kind", ("type",), _shown(given) if isinstance(given, str) else "none")
            name = by_type[given]
        fields = RULES["objects"][name]
        for field, inner in value.items():
            if by_type is not None and field == "type":
                continue
            fault = self.value(inner, fields[field]) if field in fields else _fault("unknown")
            if fault is not None:
                return _within(field, fault)
        missing = next((field for field in _needed(value, name, given) if value.get(field) is None), None)
        return None if missing is None else _fault("missing", (missing,))


def _needed(value: Mapping[str, Any], name: str, given: Any) -> list[str]:
    """Fields that an object can't be without, by what it is and by what one of its fields says."""
    rule = RULES["neededBy"].get(name)
    if rule is None:
        return RULES["needed"].get(name, [])
    said = given if rule["field"] == "type" else value.get(rule["field"])
    own = rule["needs"].get(said) if isinstance(said, str) else None
    return [*RULES["needed"].get(name, []), *([] if own is None else [own])]


def _shape_for(value: Any, shape: Any) -> Any:
    """The shape among several that is for a value of this type, of JSON's."""
    return next((one for one in (shape if isinstance(shape, list) else [shape]) if _is_for(value, one)), None)


def _is_for(value: Any, shape: Any) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, list if "each" in shape else str)
    if shape in ("any", "nothing"):
        return True
    if shape == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if shape == "scalar":
        return not isinstance(value, (list, dict))
    return isinstance(value, str if shape == "text" or shape in TEXTS else dict)


def _fault(sentence: str, path: tuple[str, ...] = (), word: str = "") -> Fault:
    return Fault(RULES["sentences"][sentence], path, word)


def _within(name: str, fault: Fault) -> Fault:
    return replace(fault, path=(_shown(name), *fault.path))


def _shown(name: str) -> str:
    return name[:SHOWN].encode("utf-8", "replace").decode()
