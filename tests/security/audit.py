"""Looks the locked dependencies up among known vulnerabilities: ``make audit``, and CI.

The look-up asks PyPI. Where it cannot be asked, or answers without vulnerabilities as a mirror
does, that is said and is no failure: the hashes and the list of advisories beside this file are
tested without it.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "requirements-dev.lock"


def main() -> int:
    """0: nothing known, or nobody to ask. 1: a dependency has a known vulnerability."""
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--require-hashes", "--disable-pip", "--timeout", "15",
         "--progress-spinner", "off", "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]
        print(f"pip-audit: NOT DONE, the service of known vulnerabilities cannot be reached from here: {reason}")
        return 0
    asked = [dependency for dependency in found if "skip_reason" not in dependency]
    vulnerable = [dependency for dependency in asked if dependency["vulns"]]
    for dependency in vulnerable:
        known = ", ".join(vulnerability["id"] for vulnerability in dependency["vulns"])
        print(f"{dependency['name']} {dependency['version']}: {known}")
    if not asked:
        print(f"pip-audit: NOT DONE, the service knows none of the {len(found)} dependencies (a mirror of PyPI?).")
    else:
        print(
            f"pip-audit: {len(asked)} of {len(found)} dependencies looked up, {len(vulnerable)} with vulnerabilities."
        )
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
