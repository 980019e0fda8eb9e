"""Peers are measured in their own environments; none is installed here."""

import json
import subprocess
import sys

import pytest

from benchmarks.peers import __main__ as command
from benchmarks.peers import environments, table
from benchmarks.peers.environments import InstallationError
from benchmarks.peers.shapes import SHAPES


def peer(name, driver="PyMongo", **ratios):
    """Make what is known of a peer with *ratios* by shape, with _ for spaces."""
    lines = [{"driver": driver}]
    for shape, ratio in ratios.items():
        lines.append({"shape": shape.replace("_", " "), "ours": [ratio], "raw": [1.0]})
    return table.parsed(name, "1.0", "\n".join(map(json.dumps, lines)), None)


class TestParsing:
    def test_lines(self):
        """Each line of JSON is a shape; whatever else was printed is left out."""
        printed = (
            '{"driver": "PyMongo Async"}\nhello\n'
            '{"shape": "page", "ours": [3.0, 8.0, 6.0], "raw": [1.0, 2.0, 3.0]}\n'
            '{"shape": "build", "reason": "not supported: it has none"}\n'
        )
        found = table.parsed("a", "1.2", printed, "failed: took more than 300 s")
        assert (found["name"], found["version"]) == ("a", "1.2")
        assert found["driver"] == "PyMongo Async"
        assert [*found["shapes"]] == [*SHAPES]
        assert table.ratio_of(found, "page") == 3.0
        assert table.rows([found])[1] == (
            *("a", "1.2", "PyMongo Async"),
            *("failed", "failed", "3.00x", "failed", "not supported", "failed"),
        )
        assert table.notes([found]) == [
            "a, find nested, find flat, get, insert_many: failed: took more than 300 s",
            "a, build: not supported: it has none",
        ]

    def test_a_process_that_says_nothing(self):
        """What ended well but said nothing has failed, too."""
        found = table.parsed("a", "1.2", "", None)
        assert found["driver"] == ""
        assert {shape["reason"] for shape in found["shapes"].values()} == {
            "failed: nothing was said"
        }


class TestFactors:
    PEERS = (
        peer("mongo_dsl", find_nested=0.5, find_flat=1.0),
        peer("mongo_dsl_async", "PyMongo Async", find_nested=1.0, find_flat=1.0),
        peer("umongo", find_nested=2.5, find_flat=3.0),
        peer("mongospecs", "PyMongo Async", find_nested=2.5),
        peer("beanie", "Motor", find_nested=9.0, find_flat=9.0),
    )

    def test_peers_are_compared_with_ours_of_their_driver(self):
        """A factor is a peer's ratio by ours; who has no counterpart has none."""
        assert table.factors(self.PEERS) == [
            ("peer", "find nested", "target", "met", "find flat", "target", "met"),
            ["umongo", "5.00x", "≥ 5.00x", "yes", "3.00x", "≥ 3.50x", "no"],
            ["mongospecs", "2.50x", "≥ 2.50x", "yes", "", "≥ 3.50x", ""],
        ]

    def test_tables(self):
        """Both tables are in the text, with the reasons between them."""
        text = table.tables(self.PEERS)
        assert text.startswith("| peer | version | driver | find nested |")
        assert (
            "\n- mongospecs, find flat, page, get, build, insert_many: failed" in text
        )
        assert text.endswith("| mongospecs | 2.50x | ≥ 2.50x | yes |  | ≥ 3.50x |  |\n")


class TestEnvironments:
    @pytest.mark.parametrize("name", environments.names())
    def test_all_is_pinned(self, name):
        """Every peer has a module, and versions of all it is installed with."""
        assert (environments.REQUIREMENTS.parent / f"{name}.py").is_file()
        versions = environments.pinned(name)
        assert command.PACKAGES.get(name, name) in versions
        assert "pymongo" in versions
        assert all(version and version[0].isdigit() for version in versions.values())

    def test_all_peers_are_there(self):
        """Nine peers are measured."""
        assert environments.names() == [
            *("aggify", "beanie", "django", "gault", "mongoengine"),
            *("mongospecs", "mongoz", "odmantic", "umongo"),
        ]

    @pytest.fixture
    def ran(self, monkeypatch, tmp_path):
        """The commands that make an environment, none of which is run."""
        commands = []
        monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path)
        monkeypatch.setattr(environments, "_run", commands.append)
        return commands

    def test_an_environment_is_made_once(self, ran, tmp_path):
        """It is made again only when what it holds is to change."""
        (tmp_path / "umongo").mkdir()
        python = str(tmp_path / "umongo" / "bin" / "python")
        assert environments.interpreter("umongo") == python
        assert [line[-1] for line in ran] == [
            str(tmp_path / "umongo"),
            str(environments.REQUIREMENTS / "umongo.txt"),
        ]
        assert environments.interpreter("umongo") == python
        assert len(ran) == 2
        (tmp_path / "umongo" / "installed.txt").write_text("umongo==0.1\n")
        environments.interpreter("umongo")
        assert len(ran) == 4

    @pytest.mark.parametrize(
        ("script", "reason"),
        [
            (
                "import sys; print('no such package', file=sys.stderr); exit(1)",
                "no such package",
            ),
            ("print('a'); print('b'); exit(1)", "b"),
            ("exit(1)", "nothing was said"),
        ],
    )
    def test_the_reason_is_what_is_said_last(self, script, reason):
        """What can't be installed says why."""
        with pytest.raises(InstallationError) as caught:
            environments._run([sys.executable, "-c", script])
        assert str(caught.value) == reason

    def test_an_installation_that_takes_too_long(self, monkeypatch):
        """It is stopped."""
        monkeypatch.setattr(environments, "INSTALLING", 0.2)
        with pytest.raises(InstallationError) as caught:
            environments._run([sys.executable, "-c", "import time; time.sleep(60)"])
        assert str(caught.value) == "took more than 0.2 s"


class TestCommand:
    ARGUMENTS = ("--rounds", "1", "--scale", "0.01")

    def test_ours_is_measured_as_peers_are(self, capsys, tmp_path):
        """Both colours go through all shapes in processes of their own, checked there."""
        text = command.main(
            [*self.ARGUMENTS, "--only", "mongo_dsl", "--results", str(tmp_path)]
        )
        assert capsys.readouterr().out.strip() == text.strip()
        written = json.loads((tmp_path / "peers.json").read_text())
        assert (written["rounds"], written["scale"]) == (1, 0.01)
        assert [one["name"] for one in written["peers"]] == [*table.OURS.values()]
        assert [one["driver"] for one in written["peers"]] == [*table.OURS]
        for one in written["peers"]:
            assert all(table.ratio_of(one, shape) for shape in SHAPES), one
        assert (tmp_path / "peers.md").read_text() == table.tables(written["peers"])

    def test_a_peer_that_can_not_be_installed(self, capsys, monkeypatch):
        """The others are measured, and the reason is told."""

        def interpreter(name):
            raise InstallationError("no matching distribution")

        monkeypatch.setattr(command, "interpreter", interpreter)
        text = command.main([*self.ARGUMENTS, "--only", "gault"])
        assert "failed to install" in text.splitlines()[1]
        assert text.splitlines()[3] == (
            f"gault, {', '.join(SHAPES)}: failed to install: no matching distribution"
        )
        capsys.readouterr()

    def test_a_peer_whose_process_fails(self):
        """The last it said is the reason."""
        printed, ending = command._ran(sys.executable, "nothing", "uri")
        assert printed == ""
        assert ending == (
            f"failed: {sys.executable}: No module named benchmarks.peers.nothing"
        )

    def test_a_peer_that_takes_too_long(self, monkeypatch):
        """What it printed before counts."""

        def run(command, **_):
            raise subprocess.TimeoutExpired(
                command, 1, output=b'{"driver": "PyMongo"}\n'
            )

        monkeypatch.setattr(subprocess, "run", run)
        assert command._ran(sys.executable, "gault", "uri") == (
            '{"driver": "PyMongo"}\n',
            "failed: took more than 300 s",
        )

    @pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--rounds", "0"]])
    def test_nothing_to_measure(self, capsys, arguments):
        """What would measure nothing is refused, with the names of the peers."""
        with pytest.raises(SystemExit):
            command.main(arguments)
        said = " ".join(capsys.readouterr().err.split())
        names = ", ".join([*table.OURS.values(), *environments.names()])
        assert said.endswith(f"it takes 1 round or more, of: {names}")
