"""Two installations of the platform over one lake, one per engine, each used the way its operator uses it."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence.measure import measure
from evidence.spark import PATIENT

from .equality import Compared, compare

KDI = str(Path(sys.executable).with_name("kdi"))
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spark.md"
LARGE = {"spark.executor.memory": "2g", **PATIENT}
# A small installation: no time is won by compiling what is run once over few rows.
_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": _JVM,
    "spark.executor.extraJavaOptions": _JVM,
    **PATIENT,
}


@dataclass(frozen=True)
class Engines:
    """Deliveries are taken in by the installation on DuckDB; the one on Spark gets its lake."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def home(self, engine: str) -> Path:
        return self.folder / engine

    def generate(self, months: int, scale: str) -> None:
        command = [KDI, "generate", "--out", str(self.inbox), "--months", str(months), "--scale", scale]
        assert measure(command).exit_status == 0

    def load(self, engine: str, *arguments: str) -> None:
        """``kdi load``; of Spark's installation with the lake of the other."""
        home = self.home(engine)
        if engine == "spark":
            shutil.rmtree(home / "lake", ignore_errors=True)
            shutil.copytree(self.home("duckdb") / "lake", home / "lake")
        done = measure([KDI, "load", *arguments], {**self._environment(home), "KDI_ENGINE": engine})
        assert done.exit_status == 0, done.output

    def database(self, engine: str) -> Path:
        return self.home(engine) / "published" / "current" / "kdi.duckdb"

    def compare(self) -> list[Compared]:
        return compare(self.database("duckdb"), self.database("spark"))

    def _environment(self, home: Path) -> dict[str, str]:
        return {
            "KDI_HOME": str(home),
            "KDI_INBOX": str(self.inbox),
            "KDI_SETTLE_SECONDS": "0",
            "KDI_AS_OF": "2023-03-15",
            "DAGSTER_HOME": str(home / "dagster"),
            **self.settings,
        }
