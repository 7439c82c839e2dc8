"""What is looked at before the forms of orders are leaves out no order that they tell."""

import re
import re._constants as ops
import re._parser as parser

import pytest

from rag.llm import prompting


def has_one(parsed, needs, before=""):
    """Say whether all that a pattern matches, behind these letters, has some of the runs."""
    run = before
    for op, value in parsed:
        if op is ops.LITERAL:
            run += chr(value).lower().translate(prompting._DOTLESS)
            if any(need in run for need in needs):
                return True
        elif op not in (ops.AT, ops.ASSERT_NOT):
            if inside(op, value, needs, run):
                return True
            run = ""
    return False


def inside(op, value, needs, before):
    if op is ops.BRANCH:
        return all(has_one(one, needs, before) for one in value[1])
    if op is ops.IN:
        letters = [chr(letter) if kind is ops.LITERAL else "" for kind, letter in value]
        return all(any(need in before + letter for need in needs) for letter in letters)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
        return value[0] > 0 and has_one(value[2], needs, before)
    return op is ops.SUBPATTERN and has_one(value[3], needs, before)


@pytest.mark.parametrize("manner", [name for name in prompting._tables() if name != "words"])
def test_each_order_of_a_manner_has_letters_that_it_needs(manner):
    needs = prompting._tables()[manner]["needs"]
    forms = prompting._manner(manner)
    for form in (*forms["alone"], *forms["directive"], *forms["duty"]):
        assert has_one(parser.parse(form.pattern, re.IGNORECASE), needs), form.pattern
