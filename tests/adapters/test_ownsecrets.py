"""The user's own secrets, from the environment and from the files of tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from kn.adapters.ownsecrets import own_secrets

VALUE = "lamp-" + "orchard-77"


def test_the_environment_is_taken_by_name_and_by_look(tmp_path: Path) -> None:
    drawn = "q7Zk2MvX" + "9pLw4RtY"

    found = own_secrets({"ACME_TOKEN": VALUE, "ACME": drawn, "PAGER": "less -FRX"}, tmp_path)

    assert found == {VALUE, drawn}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".netrc", f"machine example.org\n  login bob\n  password {VALUE}\n"),
        (".netrc", f"machine example.org login bob password {VALUE}"),
        (".npmrc", f"//registry.example.org/:_authToken={VALUE}\nsave-exact=true\n"),
        (".pgpass", f"db.example.org:5432:app:bob:{VALUE}\n"),
        (".git-credentials", f"https://bob:{VALUE}@example.org\n"),
        (".pypirc", f"[pypi]\nusername = __token__\npassword = {VALUE}\n"),
        (".aws/credentials", f"[default]\naws_secret_access_key = {VALUE}\n"),
    ],
)
def test_credential_files_at_home_are_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)

    assert VALUE in own_secrets({}, tmp_path)


def test_env_files_of_the_work_tree_count_and_their_examples_do_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f'# local\nexport APP_SECRET="{VALUE}"\nAPP_PORT=8080\n')
    (tmp_path / ".env.local").write_text("DB_PASSWORD=winter-is-long\n")
    (tmp_path / ".env.example").write_text("DB_PASSWORD=only-an-illustration\n")

    assert own_secrets({}, tmp_path / "nowhere", tmp_path) == {VALUE, "winter-is-long"}


def test_a_file_that_cannot_be_read_holds_back_nothing(tmp_path: Path) -> None:
    (tmp_path / ".netrc").mkdir()
    (tmp_path / ".npmrc").write_bytes(b"\xff\xfe\x00_authToken=" + VALUE.encode())

    assert own_secrets({"A_TOKEN": "another-value"}, tmp_path) >= {"another-value"}
