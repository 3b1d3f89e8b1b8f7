"""Refuses calls of end users and organizations that have used up a limit, and of nobody else.

Who that is stands in the metadata of the key that the call comes with: the open-source proxy has no organizations,
doesn't enforce that a customer is blocked, and counts a customer's budget over all keys, whoever owns them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException

from flareflow_event import label, labels_of, mapping

# In the key's metadata: hashes of `end_user:<label>` and `organization:<label>`.
REFUSED_FIELD = "flareflow_refused"


def refused_entry(scope: str, name: str) -> str:
    return hashlib.sha256(f"{scope}:{name}".encode("utf-8", "replace")).hexdigest()[:32]


def refuse_limited(key: Any, data: Mapping[str, Any]) -> None:
    """Raises 429 for a call whose labels the key refuses now; they are the labels that its event would carry."""
    refused = mapping(getattr(key, "metadata", None)).get(REFUSED_FIELD)
    if not isinstance(refused, list) or not refused:
        return
    given = labels_of(data)
    carried = {
        "end_user": label(getattr(key, "end_user_id", None)) or given.get("endUser"),
        "organization": label(getattr(key, "org_id", None)) or given.get("organization"),
    }
    for scope, name in carried.items():
        if name is not None and refused_entry(scope, name) in refused:
            what = scope.replace("_", " ")
            reason = f"This {what} has used up a limit. The limit must be raised, or start anew, before it is served again."
            raise HTTPException(status_code=429, detail={"error": reason})
