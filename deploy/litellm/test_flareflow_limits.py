"""That exactly those are refused who are named, by the labels that their events would carry."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException

from flareflow_limits import REFUSED_FIELD, refuse_limited, refused_entry

ANN = refused_entry("end_user", "ann")
ACME = refused_entry("organization", "acme")


def key(*refused: Any, **more: Any) -> Any:
    return SimpleNamespace(**{"metadata": {REFUSED_FIELD: list(refused)}, "end_user_id": None, "org_id": None, **more})


class LimitsTest(unittest.TestCase):
    def assert_refused(self, call_key: Any, data: dict[str, Any]) -> None:
        with self.assertRaises(HTTPException) as refused:
            refuse_limited(call_key, data)
        self.assertEqual(refused.exception.status_code, 429)

    def test_the_end_user_that_litellm_found_is_refused_and_no_other(self) -> None:
        self.assert_refused(key(ANN, end_user_id="ann"), {})
        refuse_limited(key(ANN, end_user_id="ben"), {})
        refuse_limited(key(ANN), {})

    def test_what_litellm_knows_outranks_what_the_caller_says(self) -> None:
        self.assert_refused(key(ANN), {"metadata": {"end_user": "ann"}})
        refuse_limited(key(ANN, end_user_id="ben"), {"metadata": {"end_user": "ann"}})

    def test_an_organization_is_refused_by_key_and_by_label(self) -> None:
        self.assert_refused(key(ACME, org_id="acme"), {})
        self.assert_refused(key(ACME), {"metadata": {"organization": "acme"}})
        refuse_limited(key(ACME), {"metadata": {"organization": "acme2"}})

    def test_an_end_user_is_not_taken_for_an_organization_of_that_name(self) -> None:
        refuse_limited(key(refused_entry("organization", "ann"), end_user_id="ann"), {})

    def test_the_hash_is_the_one_that_the_collector_writes(self) -> None:
        self.assertEqual(ANN, "377b546444ba2c7a6cf25e6cfc32c114")

    def test_a_key_without_a_list_refuses_nobody(self) -> None:
        for metadata in (None, {}, {REFUSED_FIELD: "ann"}, {REFUSED_FIELD: None}, {REFUSED_FIELD: [None, 7]}):
            refuse_limited(SimpleNamespace(metadata=metadata, end_user_id="ann", org_id="acme"), {})
        refuse_limited(SimpleNamespace(api_key="x"), {})


if __name__ == "__main__":
    unittest.main()
