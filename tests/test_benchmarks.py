"""The benchmarks run, and their arithmetic is right."""

import pytest

from benchmarks.__main__ import main
from benchmarks.harness import Case, Result, duration, measure, ratio, report, spread


def test_medians_and_ends():
    """A spread is the median and the ends; ratios are taken round by round."""
    result = Result("x", ours=[2.0, 9.0, 4.0], raw=[1.0, 3.0, 4.0])
    assert result.ratios == [2.0, 3.0, 1.0]
    assert spread(result.ratios, ratio) == "2.00x (1.00x-3.00x)"
    assert spread(result.ours, duration) == "4.00 s (2.00 s-9.00 s)"
    assert [duration(s) for s in (2.0, 2e-3, 2e-6)] == ["2.00 s", "2.00 ms", "2.00 µs"]
    assert report([result]).splitlines()[1].startswith("x ")


def test_rounds_are_interleaved():
    """Each round runs both sides, and who goes first alternates; the first doesn't count."""
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


def test_the_whole_runs(capsys):
    """The command runs every case on a server of its own."""
    text = main(["--rounds", "1", "--scale", "0.01"])
    assert len(text.splitlines()) == 8
    assert capsys.readouterr().out.strip() == text


def test_one_case_runs_alone(capsys):
    """Cases don't depend on what others stored."""
    text = main(["--rounds", "1", "--scale", "0.01", "--only", "save"])
    assert [line.split()[0] for line in text.splitlines()] == ["case", "save"]
    capsys.readouterr()


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--rounds", "0"]])
def test_nothing_to_measure(capsys, arguments):
    """What would measure nothing is refused, with the names of the cases."""
    with pytest.raises(SystemExit):
        main(arguments)
    assert (
        "1 round or more, of: build, bind, pipeline, find, insert_many"
        in capsys.readouterr().err
    )
