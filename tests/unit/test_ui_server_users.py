"""The file of users: who may enter, and what is wrong with it in one sentence."""

import pytest

from rag import MisuseError
from ui.guard import Users, load_users


@pytest.fixture
def write(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "users"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write


def test_each_line_is_a_user_whose_password_may_hold_colons(write):
    users = load_users(write("# who may ask\nana:12:345678\n\nbo:äöü-12345\n"))
    assert users == Users(passwords={"ana": "12:345678", "bo": "äöü-12345"})


def test_who_may_only_ask_has_a_word_behind_the_password(write):
    users = load_users(write("ana:12345678:ask\nbo:12345678\nbo:87654321:ask\ncy:1234567:asks"))
    assert users.passwords == {"ana": "12345678", "bo": "87654321", "cy": "1234567:asks"}
    assert users.only_ask == {"ana", "bo"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names nobody: write one `NAME:PASSWORD` a line"),
        ("ana", "users:1: no user is written there"),
        (":12345678", "users:1: no user is written there"),
        ("ana:12345678\nbo:1234567", "users:2: the password of 'bo' is too short"),
        ("ana:1234567:ask", "users:1: the password of 'ana' is too short"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence(write, text, reason):
    with pytest.raises(MisuseError, match=reason):
        load_users(write(text))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(write, mode):
    with pytest.raises(MisuseError, match="can be read by others: run `chmod 600`"):
        load_users(write("ana:12345678", mode))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(MisuseError, match="cannot be read"):
        load_users(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "password", "may"),
    [
        ("ana", "right-password", True),
        ("ana", "wrong-password", False),
        ("bo", "right-password", False),
        ("bo", "\0", False),
        ("", "", False),
    ],
)
def test_only_a_users_own_password_opens(name, password, may):
    assert Users(passwords={"ana": "right-password"}).may_enter(name, password) is may
