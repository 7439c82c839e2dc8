"""The lists that the splitter reads are sound and are read once."""

from dataclasses import asdict

from index.splitting.sentences import lexicon


def test_the_lists_are_read_once():
    assert lexicon() is lexicon()


def test_every_entry_is_lower_case_and_has_no_last_stop():
    for entries in asdict(lexicon()).values():
        assert entries
        assert all(each == each.lower().rstrip(".").strip() for each in entries)


def test_no_word_is_both_a_title_and_never_the_end():
    assert not lexicon().titles & lexicon().never
