"""That the plug-in holds requests to the rules that FlareFlow's gateway holds them to, by the same cases."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from typing import Any

from fastapi import HTTPException

from flareflow_parts import images_of, is_searching_model

CASES = json.loads((Path(__file__).parents[2] / "tests/vectors/request-parts.json").read_text("utf-8"))


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"images": images_of(case["route"], case["body"])}
    except HTTPException as refused:
        told = (refused.status_code, refused.detail["code"], refused.detail["field"] in refused.detail["error"])
        field = refused.detail["field"]
        known = told == (400, "invalid_request", True) or refused.detail["error"].startswith("Parts of type ")
        return {"field": field} if known else {"told": told}


class PartsTest(unittest.TestCase):
    def test_each_case_ends_as_it_does_at_the_gateway(self) -> None:
        for case in CASES["cases"]:
            expected = {name: case[name] for name in ("images", "field") if name in case}
            self.assertEqual(verdict(case), expected, case["title"])
        self.assertGreater(len(CASES["cases"]), 100)

    def test_models_that_search_by_themselves_are_known_by_name(self) -> None:
        for name in CASES["models"]["searching"]:
            self.assertTrue(is_searching_model(name), name)
        for name in CASES["models"]["offered"]:
            self.assertFalse(is_searching_model(name), name)

    def test_what_a_caller_made_up_is_told_in_part_and_as_text(self) -> None:
        body = {"messages": [{"role": "user", "content": [{"type": "\ud800" * 90}]}]}
        with self.assertRaises(HTTPException) as refused:
            images_of("/chat/completions", body)
        self.assertIn("Parts of type " + "?" * 64 + " can't", refused.exception.detail["error"].encode().decode())


if __name__ == "__main__":
    unittest.main()
