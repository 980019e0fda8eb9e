"""Instructions are counted and compared, and the chapter has what was measured."""

import gc
import json
import shutil
import sys

import pytest

from benchmarks import chapter, counted, instructions
from benchmarks.harness import Result


class TestInstructions:
    @pytest.fixture
    def figures(self, monkeypatch, tmp_path):
        """A file of figures, and a callgrind by which the calls of a part take 500 each."""
        path = tmp_path / "figures.json"
        monkeypatch.setattr(instructions, "FIGURES", path)
        monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
        monkeypatch.setattr(instructions, "_run", self.callgrind)
        return path

    @staticmethod
    def callgrind(prefix, times, names):
        """Write what callgrind does: what comes before, and the two parts of each."""
        counts = (9_999, 70 + 500 * times, 70 + 2 * 500 * times)
        for number, count in enumerate(counts * len(names), 1):
            text = f"version: 1\nsummary: 1\n\nfn=(1)\n1 {count}\ntotals: {count}\n"
            prefix.with_suffix(f".{number}").write_text(text)

    def test_a_call_is_the_difference_by_the_times(self, figures):
        """What comes before the calls and between them is not in it."""
        assert instructions.count(["bind", "build"], 10) == {"bind": 500, "build": 500}

    def test_regressions(self):
        """More than the tolerance is a regression; less, and what is unknown, is none."""
        found = {"a": 111, "b": 110, "c": 50, "d": 1_000}
        known = {"a": 100, "b": 100, "c": 100}
        assert instructions.regressed(found, known) == ["a"]
        assert instructions.rows(found, known) == [
            ("function", "instructions", "committed", "change", ""),
            ("a", "111", "100", "+11.0%", "regressed"),
            ("b", "110", "100", "+10.0%", ""),
            ("c", "50", "100", "-50.0%", ""),
            ("d", "1,000", "", "", ""),
        ]

    def test_figures_are_written_and_compared(self, figures, capsys):
        """The exit code tells a regression, for this minor version of Python alone."""
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        figures.write_text(json.dumps({"3.0": {"bind": 1}, version: {"build": 2}}))
        arguments = ["--only", "bind", "--times", "10"]
        assert instructions.main(arguments) == 0
        assert instructions.main([*arguments, "--update"]) == 0
        assert json.loads(figures.read_text()) == {
            "3.0": {"bind": 1},
            version: {"build": 2, "bind": 500},
        }
        assert instructions.main(arguments) == 0
        figures.write_text(json.dumps({version: {"bind": 400}}))
        assert instructions.main(arguments) == 1
        assert capsys.readouterr().out.splitlines()[-1].split() == [
            *("bind", "500", "400", "+25.0%", "regressed")
        ]

    def test_without_valgrind(self, monkeypatch, capsys):
        """It is said that valgrind is missing, and what to do."""
        monkeypatch.setattr(shutil, "which", lambda name: None)
        assert instructions.main([]) == 2
        assert capsys.readouterr().err == (
            "valgrind is not there, and nothing else counts instructions; install it"
            " (Debian, Ubuntu: apt install valgrind)\n"
        )

    @pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--times", "0"]])
    def test_nothing_to_count(self, capsys, arguments):
        """What would count nothing is refused, with the names of the functions."""
        with pytest.raises(SystemExit):
            instructions.main(arguments)
        said = " ".join(capsys.readouterr().err.split())
        names = ", ".join(counted.COUNTED)
        assert said.endswith(f"it takes 1 time or more, of: {names}")

    def test_parts_are_marked(self, monkeypatch):
        """Calls that fill caches come first; the collector is off, marks are around."""
        calls = []
        made = {name: lambda name=name: lambda: calls.append(name) for name in "abc"}
        monkeypatch.setattr(counted, "COUNTED", made)
        monkeypatch.setattr(counted, "mark", lambda: calls.append(gc.isenabled()))
        try:
            counted.run(2, ["b", "c"])
        finally:
            gc.enable()
        parts = [[*[n] * 5, False, *[n] * 2, False, *[n] * 4, False] for n in "bc"]
        assert calls == parts[0] + parts[1]

    def test_the_functions_run(self):
        """Every function that is counted does its work."""
        try:
            counted.run(1, [*counted.COUNTED])
        finally:
            gc.enable()

    def test_all_functions_have_committed_figures(self):
        """A function without a figure would never be a regression."""
        for figures in instructions.read(instructions.FIGURES).values():
            assert [*figures] == [*counted.COUNTED]

    def test_no_figures(self, tmp_path):
        """Without a file nothing is known."""
        assert instructions.read(tmp_path / "none.json") == {}


class TestChapter:
    RESULTS = (
        Result("find", [1.0], [2.0], target=0.8),
        Result("memory", [100.0], [200.0], unit="B"),
    )

    def test_a_table_takes_the_place_of_the_last(self):
        """What stands between the marks is replaced, and nothing else."""
        text = "a\n<!-- peers -->\nold\n<!-- end of peers -->\nb\n"
        assert chapter.put(text, "peers", "new\n") == (
            "a\n<!-- peers -->\n\nnew\n\n<!-- end of peers -->\nb\n"
        )

    def test_a_place_that_is_missing(self):
        """A chapter without the marks is an error, not left as it is."""
        with pytest.raises(
            ValueError, match=r"^the chapter has 0 places for peers; it takes one$"
        ):
            chapter.put("a", "peers", "new")

    def test_instructions_by_version(self):
        """Each Python has a column; what wasn't counted there is empty."""
        assert chapter.instructions({"3.11": {"a": 1_000}, "3.12": {"b": 2}}) == [
            ["function", "Python 3.11", "Python 3.12"],
            ["a", "1,000", ""],
            ["b", "", "2"],
        ]

    def test_sizes(self):
        """Dictionaries come first; cases that measure time are left out."""
        held = Result("memory, tracking on", [100.0], [200.0], unit="B")
        assert chapter.sizes([self.RESULTS[0], held]) == {
            "dictionaries": 200.0,
            "tracking on": 100.0,
        }
        assert chapter.sizes([]) == {}

    def test_the_chapter_has_what_was_measured(self):
        """The tables and the numbers that are committed are of one run."""
        text = chapter.CHAPTER.read_text(encoding="utf-8")
        assert chapter.written(text) == text

    def test_plots_are_the_same_for_the_same_numbers(self):
        """A plot changes with its numbers alone, and its text is text."""
        plots = pytest.importorskip("benchmarks.plots", exc_type=ImportError)
        drawn = [
            lambda: plots.ratios(self.RESULTS),
            lambda: plots.peers(["a", "b"], [6.5, None], [3.0, 2.0]),
            lambda: plots.memory({"dictionaries": 200.0}),
        ]
        for draw in drawn:
            plot = draw()
            assert plot == draw()
            assert "<svg" in plot
        assert ">find</text>" in plots.ratios(self.RESULTS)
