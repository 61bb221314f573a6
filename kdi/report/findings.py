"""Headlines: sentences computed from figures. Each function is pure, and says what its numbers say or less.

Rounding is decided before wording, so that a sentence never claims a difference that its own numbers hide.
"""

from kdi.notation import danish


def ready(name: str, ready_count: int, demanded: int, confirmed: int | None = None) -> str:
    """``Jobcentersystemet er klarmeldt til 11 af 15 krævede snitflader; kald bekræfter 2.``"""
    if demanded == 0:
        return f"{name} har ingen krav på SKI’s liste."
    if ready_count == 0:
        whole = "den ene krævede snitflade" if demanded == 1 else f"nogen af de {demanded} krævede snitflader"
        return f"{name} er ikke klarmeldt til {whole}."
    if ready_count == demanded:
        said = "den krævede snitflade" if demanded == 1 else f"alle {demanded} krævede snitflader"
    else:
        said = f"{ready_count} af {demanded} krævede snitflader"
    return f"{name} er klarmeldt til {said}" + ("." if confirmed is None else f"; kald bekræfter {confirmed}.")


def per_citizen(calls: float | None, month: str, year_before: float | None) -> str:
    """``Infrastrukturen blev kaldt 27 gange pr. borger i april 2022, 12 % mere end året før.``"""
    if calls is None:
        return f"Kald pr. borger i {month} kan ikke opgøres: folketallet mangler."
    sentence = f"Infrastrukturen blev kaldt {danish.by_format(calls, 1)} gange pr. borger i {month}"
    if year_before is None or year_before == 0:
        return f"{sentence}."
    difference = round(100 * (calls / year_before - 1))
    if difference == 0:
        return f"{sentence}, det samme som i samme måned året før."
    return f"{sentence}, {abs(difference)}\u00a0% {'mere' if difference > 0 else 'mindre'} end i samme måned året før."
