"""Print the goals table, as ratios ours / peer, and write it to benchmarks/results.json."""

import json
import platform
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu import measure
from benchmarks.growth import growths
from benchmarks.rows import Row, rows
from benchmarks.timing import interleaved, prepare

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Run everything: a few minutes."""
    prepare()
    results: dict[str, Any] = {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
    }
    print(f"one thread, torch {torch.__version__}; ratios of least CPU times, both sides equal first\n")
    print(f"{'what':<40} {'against':<24} {'ratio':>7} {'goal':>6}        {'ours ms':>9} {'peer ms':>9}")
    results["ratios"] = [_ratio(row) for row in rows()]
    print(f"\n{'growth of time':<40} {'sizes':<24} {'exp.':>7} {'goal':>6}")
    results["growth"] = []
    for growth in growths():
        found, times = growth.measure()
        sizes = f"{growth.sizes[0]} to {growth.sizes[-1]}"
        print(f"{growth.name:<40} {sizes:<24} {found:>7.2f} {growth.goal:>6.2f} {_verdict(found <= growth.goal)}")
        results["growth"].append(
            {"name": growth.name, "sizes": list(growth.sizes), "seconds": times, "exponent": found, "goal": growth.goal}
        )
    if torch.cuda.is_available():
        print(f"\n{torch.cuda.get_device_name():<40} {'ms':>9} {'of bandwidth':>13}")
        results["cuda"] = []
        for measured in measure():
            print(f"{measured.name:<40} {measured.milliseconds:>9.3f} {measured.bandwidth_share:>12.0%}")
            results["cuda"].append(measured._asdict())
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    every = [entry["ratio"] <= entry["goal"] for entry in results["ratios"]]
    every += [entry["exponent"] <= entry["goal"] for entry in results["growth"]]
    print(f"\n{sum(every)} of {len(every)} goals met; written to {RESULTS}")


def _ratio(row: Row) -> dict[str, Any]:
    if row.check is not None:
        row.check()
    else:
        torch.testing.assert_close(row.ours(), row.peer(), rtol=row.tolerance, atol=row.tolerance)
    best = interleaved({"peer": row.peer, "ours": row.ours}, seconds=3.0)
    ratio = best["ours"] / best["peer"]
    print(
        f"{row.name:<40} {row.against:<24} {ratio:>7.3f} {row.goal:>6.2f} {_verdict(ratio <= row.goal)} "
        f"{1e3 * best['ours']:>9.3f} {1e3 * best['peer']:>9.3f}",
        flush=True,
    )
    return {"name": row.name, "against": row.against, "ratio": ratio, "goal": row.goal, "seconds": best}


def _verdict(met: bool) -> str:
    return "met   " if met else "MISSED"


if __name__ == "__main__":
    main()
