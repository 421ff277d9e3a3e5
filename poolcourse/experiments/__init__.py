"""The nineteen claims of the source document, measured: read a record with `evidence`, show it with `verdict`.

Reading imports no torch; `poolcourse.experiments.sweep` runs claims and `poolcourse.experiments.checks` checks them.
"""

from poolcourse.data.records import evidence, records_folder, stored_claims
from poolcourse.experiments.words import Box, ledger, made_of, number, verdict

__all__ = ["Box", "evidence", "ledger", "made_of", "number", "records_folder", "stored_claims", "verdict"]
