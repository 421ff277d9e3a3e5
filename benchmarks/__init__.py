"""How fast `poolcourse.nn` is, as ratios to its peers: `python -m benchmarks`, or `make bench`."""
