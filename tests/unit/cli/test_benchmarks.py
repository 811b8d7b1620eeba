"""Every benchmark that is written can be asked for, and every one that can be asked for runs."""

from services.cli.benching import BENCHMARKS
from services.cli.options import Benchmark


def test_every_benchmark_is_a_choice_of_the_command() -> None:
    """Those of plans take arguments of their own."""
    assert set(BENCHMARKS) | {Benchmark.OPTIMIZER.value, Benchmark.ONLINE.value} == {
        each.value for each in Benchmark
    }
