"""The benchmarks run, both sides do the same, and the arithmetic is right."""

import gc
import json
import weakref

import pytest

from benchmarks import importing, memory
from benchmarks.__main__ import main
from benchmarks.bench import opened
from benchmarks.cases import CASES
from benchmarks.collecting import collected, promoted
from benchmarks.harness import Case, Result, measure
from benchmarks.pairing import paired, timed
from benchmarks.report import (
    aligned,
    as_json,
    duration,
    markdown,
    plain,
    ratio,
    rows,
    size,
    spread,
)


@pytest.fixture(scope="module")
def bench():
    """A server for all cases, which have few documents."""
    with opened(0.01) as opened_bench:
        yield opened_bench


@pytest.mark.parametrize("name", CASES)
def test_both_sides_do_the_same(bench, name):
    """Each case checks its sides after the first round, and has its name in the table."""
    case = CASES[name](bench)
    result = measure(case, 1)
    assert result.name == name
    assert min(result.ours + result.raw) > 0
    assert result.target == case.target


def test_a_check_is_made_after_the_first_round():
    """A case whose sides differ fails."""

    def check():
        assert len(calls) == 2, "the check is not after one round"
        pytest.fail("the sides differ")

    calls = []
    case = Case("x", lambda: calls.append(1), lambda: calls.append(2), check=check)
    with pytest.raises(pytest.fail.Exception, match="the sides differ"):
        measure(case, 3)


class TestArithmetic:
    def test_medians_and_ends(self):
        """A spread is the median and the ends; ratios are taken round by round."""
        result = Result("x", ours=[2.0, 9.0, 4.0], raw=[1.0, 3.0, 4.0])
        assert result.ratios == [2.0, 3.0, 1.0]
        assert result.ratio == 2.0
        assert spread(result.ratios, ratio) == "2.00x (1.00x-3.00x)"
        assert spread(result.ours, duration) == "4.00 s (2.00 s-9.00 s)"

    @pytest.mark.parametrize(
        ("seconds", "shown"), [(2.0, "2.00 s"), (2e-3, "2.00 ms"), (2e-6, "2.00 µs")]
    )
    def test_durations(self, seconds, shown):
        """A duration is shown in a unit that fits."""
        assert duration(seconds) == shown

    def test_sizes(self):
        """Bytes are whole numbers."""
        assert size(12.4) == "12 B"

    @pytest.mark.parametrize(
        ("target", "missing", "met"),
        [
            (None, None, ""),
            (2.0, 0, "yes"),
            (2.5, 0, "yes"),
            (1.6, 0.25, "no, 25.0% over"),
        ],
    )
    def test_targets(self, target, missing, met):
        """A target is met up to its very value; else the table says by how much not."""
        result = Result("x", ours=[2.0], raw=[1.0], target=target)
        assert result.missing == (
            missing if missing is None else pytest.approx(missing)
        )
        assert rows([result])[1][-1] == met


class TestReport:
    RESULTS = (
        Result("find", [1.0], [2.0], target=0.8),
        Result("memory", [100.0], [200.0], unit="B"),
    )

    def test_text(self):
        """Columns are as wide as they must be."""
        table = [("case", "ratio"), ("find one", "2x"), ("get", "")]
        assert aligned(table) == "case      ratio\nfind one  2x\nget"

    def test_rows(self):
        """Times and bytes are shown as what they are, medians with their ends."""
        head, *others = rows(self.RESULTS)
        assert [*head][:2] == ["case", "ours (min-max)"]
        assert others == [
            (
                "find",
                "1.00 s (1.00 s-1.00 s)",
                "2.00 s (2.00 s-2.00 s)",
                "0.50x (0.50x-0.50x)",
                "≤ 0.80x",
                "yes",
            ),
            (
                "memory",
                "100 B (100 B-100 B)",
                "200 B (200 B-200 B)",
                "0.50x (0.50x-0.50x)",
                "",
                "",
            ),
        ]

    def test_markdown(self):
        """The same table in Markdown."""
        assert (
            markdown([("a", "b"), ("1", "2")])
            == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
        )

    def test_json(self):
        """What is written is read again as it was, but for digits that mean nothing."""
        noisy = Result("x", [1.23456789], [2.0])
        text = as_json({"rounds": 3, "cases": plain([noisy, *self.RESULTS])})
        assert len(text.splitlines()) == 2 + 1 + 3 + 2
        read = json.loads(text)
        assert read["rounds"] == 3
        assert [Result(**case) for case in read["cases"]] == [
            Result("x", [1.2346], [2.0]),
            *self.RESULTS,
        ]


class TestPairs:
    def test_rounds_are_interleaved(self):
        """Each round runs both sides, who goes first alternates; the first doesn't count."""
        calls = []
        case = Case(
            "x",
            lambda: calls.append("o"),
            lambda: calls.append("r"),
            prepare=lambda: calls.append("-"),
            check=lambda: calls.append("="),
        )
        result = measure(case, 2)
        assert "".join(calls) == "-r-o=" + "-o-r" + "-r-o"
        assert len(result.ours) == len(result.raw) == 2

    def test_enough_rounds(self):
        """A case that says how many rounds are enough has no more."""
        case = Case("x", lambda: None, lambda: None, most=1)
        assert len(measure(case, 5).ours) == 1

    def test_who_holds_the_collector_back_pays(self):
        """Each round, and no one else does."""
        seen = []

        def meter(side, times, owing):
            seen.append((side(), times, owing))
            return 1.0

        paired(
            {"ours": lambda: "o", "raw": lambda: "r"},
            1,
            times=3,
            meter=meter,
            held=("ours",),
        )
        assert seen == [
            ("r", 3, False),
            ("o", 3, True),
            ("o", 3, True),
            ("r", 3, False),
        ]

    def test_a_debt_is_paid_while_results_are_alive(self):
        """The collection visits what was made, and comes before the clock stops."""

        class Made:
            pass

        made, seen = [], []

        def side():
            one = Made()
            made[:] = [weakref.ref(one)]
            return one

        def watch(phase, info):
            if phase == "start":
                seen.append((info["generation"], made[0]() is not None))

        gc.disable()
        gc.callbacks.append(watch)
        try:
            timed(side, 3)
            assert seen == []
            timed(side, 3, True)
        finally:
            gc.callbacks.remove(watch)
            gc.enable()
        assert seen == [(2, True)]
        assert made[0]() is None


class TestCollecting:
    def test_promoted(self):
        """The collector is off while the side runs, and its objects are old after it."""
        seen = []

        def side():
            seen.append(gc.isenabled())
            return [[] for _ in range(50)]

        gc.collect()
        made = promoted(side)()
        young = {id(one) for generation in (0, 1) for one in gc.get_objects(generation)}
        assert seen == [False]
        assert gc.isenabled()
        assert not {id(one) for one in made} & young

    def test_an_error_leaves_the_collector_on(self):
        """Whatever the side raises, the collector is as it was."""
        with pytest.raises(ZeroDivisionError):
            promoted(lambda: 1 // 0)()
        assert gc.isenabled()

    def test_collected(self):
        """A full collection follows the side, whose result is returned."""
        before = gc.get_stats()[-1]["collections"]
        assert collected(lambda: "made")() == "made"
        assert gc.get_stats()[-1]["collections"] == before + 1


def test_memory_is_counted_by_object():
    """What is counted is what the objects hold together, by their number."""
    held = memory.held(lambda: [bytes(1_000) for _ in range(100)], 1, False)
    assert 1_000 < held < 1_200


def test_the_least_of_several_imports():
    """Only noise adds to what importing takes."""
    told = iter([3.0, 1.0, 2.0])
    assert importing.told(lambda: next(told), 3, False) == 1.0


class TestCommand:
    def test_the_table_is_printed_and_written(self, capsys, tmp_path):
        """The command prints the table, and writes it with all its numbers."""
        arguments = ["--rounds", "2", "--scale", "0.01", "--only", "bu"]
        text = main([*arguments, "--results", str(tmp_path)])
        names = [name for name in CASES if "bu" in name]
        assert capsys.readouterr().out.strip() == text
        assert len(text.splitlines()) == 1 + len(names)
        written = json.loads((tmp_path / "latest.json").read_text())
        assert [case["name"] for case in written["cases"]] == names
        assert (written["rounds"], written["scale"]) == (2, 0.01)
        results = [Result(**case) for case in written["cases"]]
        assert [len(result.ours) for result in results] == [2] * len(names)
        heading, _, table = (tmp_path / "latest.md").read_text().partition("\n\n")
        assert heading.startswith("rounds 2, scale 0.01, python 3.")
        assert table.startswith("| case | ours (min-max) |")

    def test_one_case_runs_alone(self, capsys):
        """Cases don't depend on what others stored."""
        text = main(
            ["--rounds", "1", "--scale", "0.01", "--only", "save a change, w=1"]
        )
        assert [line.split()[0] for line in text.splitlines()] == ["case", "save"]
        capsys.readouterr()

    @pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--rounds", "0"]])
    def test_nothing_to_measure(self, capsys, arguments):
        """What would measure nothing is refused, with the names of the cases."""
        with pytest.raises(SystemExit):
            main(arguments)
        said = " ".join(capsys.readouterr().err.split())
        assert said.endswith(f"it takes 1 round or more, of: {', '.join(CASES)}")
