"""Reading the environment."""

from __future__ import annotations

import kit_fakes
import pytest

from servicekit import description
from servicekit.application import configuration
from servicekit.settings import SettingsError, read


def described(folder, **changes):
    return description.read(kit_fakes.write(folder, {}, **changes))


def test_defaults_and_values(tmp_path):
    """What is given is typed; what isn't needed has a default."""
    service = described(tmp_path, peers=["user-accounts"])
    variables = kit_fakes.environment(tmp_path, PEER_USER_ACCOUNTS_URL="http://a:1/", PORT="8101")
    settings = read(service, variables)
    assert settings.peers == {"user-accounts": "http://a:1"}
    assert (settings.host, settings.port, settings.internal_port) == ("127.0.0.1", 8101, 9000)
    assert settings.kit_secrets == (kit_fakes.SECRET,)


def test_all_missing_names_are_told_at_once_with_exit_code_2(tmp_path, capsys):
    """A start without settings ends with 2, and one line names every variable."""
    path = kit_fakes.write(tmp_path, {}, peers=["accounts"], settings={"KEY": {}})
    with pytest.raises(SystemExit) as ended:
        configuration(path, {})
    assert ended.value.code == 2
    assert (
        "missing in the environment: "
        "DATABASE_URL, SECRET_KEY, SERVICEKIT_SECRET, PEER_ACCOUNTS_URL, KEY"
    ) in capsys.readouterr().err


def test_secrets_may_be_in_files(tmp_path):
    """`X_FILE` names a file that holds X; an unreadable one is told as such."""
    (tmp_path / "secret").write_text("from a file\n")
    variables = kit_fakes.environment(tmp_path)
    del variables["SECRET_KEY"]
    service = described(tmp_path)
    settings = read(service, dict(variables, SECRET_KEY_FILE=str(tmp_path / "secret")))
    assert settings.secret_key == "from a file"  # noqa: S105 - protects nothing
    with pytest.raises(SettingsError, match=r"SECRET_KEY_FILE.*nothing"):
        read(service, dict(variables, SECRET_KEY_FILE=str(tmp_path / "nothing")))


def test_malformed_values_are_told_at_once(tmp_path):
    """Each malformed value has a line of its own, and no secret is repeated."""
    service = described(tmp_path, peers=["a"], settings={"SIZE": {"type": "integer"}})
    variables = {
        "DATABASE_URL": "mysql://x",
        "SECRET_KEY": "k",
        "SERVICEKIT_SECRET": "short",
        "PEER_A_URL": "a:1",
        "PORT": "many",
        "WORKERS": "0",
        "LOG_LEVEL": "LOUD",
        "SIZE": "big",
    }
    with pytest.raises(SettingsError) as caught:
        read(service, variables)
    names = [problem.partition(":")[0] for problem in caught.value.problems]
    assert sorted(names) == sorted(name for name in variables if name != "SECRET_KEY")
    assert "short" not in str(caught.value)


def test_several_keys_can_be_given_for_rotation(tmp_path):
    """SERVICEKIT_SECRET takes several keys, separated by commas or white space."""
    keys = "first-key-0123456789, second-key-0123456789\n"
    settings = read(described(tmp_path), kit_fakes.environment(tmp_path, SERVICEKIT_SECRET=keys))
    assert settings.kit_secrets == ("first-key-0123456789", "second-key-0123456789")


def test_config_keys_get_typed_values(tmp_path):
    """A pinned setting is converted to its type, or has its default."""
    service = described(
        tmp_path,
        settings={
            "ON": {"environment": "IS_ON", "type": "boolean"},
            "SIZE": {"type": "integer", "default": 3},
            "LIST": {"type": "json", "default": None},
        },
    )
    settings = read(service, kit_fakes.environment(tmp_path, IS_ON="yes", LIST="[1]"))
    assert settings.config == {"ON": True, "SIZE": 3, "LIST": [1]}


def test_old_postgres_urls_are_understood(tmp_path):
    """`postgres://` of hosting platforms is PostgreSQL."""
    variables = kit_fakes.environment(tmp_path, DATABASE_URL="postgres://u@h/d")
    assert read(described(tmp_path), variables).database_url == "postgresql://u@h/d"
