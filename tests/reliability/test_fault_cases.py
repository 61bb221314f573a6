"""Every one of the 49 faults has tests that exist, or a reason in writing."""

import ast

from .table import TESTS, cases


def test_every_fault_has_a_test_or_a_reason() -> None:
    assert [case.number for case in cases()] == list(range(1, 50))
    for case in cases():
        assert bool(case.tests) != bool(case.reason), case


def test_the_tests_named_exist() -> None:
    for case in cases():
        for test in case.tests:
            path, name = test.split("::")
            tree = ast.parse((TESTS.parent / path).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test
