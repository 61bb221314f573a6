"""What newsletter and web pages say of all 98 municipalities together."""

from kdi.notation import danish
from kdi.report.edition import Edition


def share_in_use(edition: Edition) -> str:
    """``39,1 % … er i brug, 4,6 procentpoint mere end for et år siden``; a quarter, where data are younger."""
    shares = {
        r["maaned"]: r["realiseringsgrad"]
        for r in edition.rows("select maaned, realiseringsgrad from kpi.potentiale_k98")
    }
    earlier, since = edition.compared
    now, then = shares.get(edition.month), shares.get(earlier) if earlier else None
    if now is None:
        return "Ingen kommuner bruger efter registrene systemer med krav om snitflader."
    said = f"{danish.percent(now, 1)} af de anvendelser, der kan måles, er i brug"
    points = round(100 * now, 1) - round(100 * then, 1) if then is not None else 0
    if abs(points) < 0.05:
        return f"{said}."
    more = "mere" if points > 0 else "mindre"
    return f"{said}, {danish.number(abs(points), 1)} procentpoint {more} end for {since} siden."
