"""Random KLE extracts: few places, subjects and systems, so that sums overlap and many counts are small."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st
from release import Count, Place

PLACES = {
    "Hjørring": Place("Nordjylland", "Region Nordjylland"),
    "Aalborg": Place("Nordjylland", "Region Nordjylland"),
    "Samsø": Place("Østjylland", "Region Midtjylland"),
    "Odder": Place("Østjylland", "Region Midtjylland"),
    "Bornholm": Place("Bornholm", "Region Hovedstaden"),
    "Udbetaling Danmark": Place(),
}
SUBJECTS = ("00.01.00", "00.01.10", "00.06.02", "27.01.00", "27.03.04")
SYSTEMS = ("Sag", "Post")
EXTRACTS = (date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30))

# Small counts are what it is about; half of them are.
cases = st.one_of(st.integers(0, 12), st.integers(0, 400), st.none())


@st.composite
def extracts(draw: st.DrawFn) -> list[Count]:
    """One to three extracts of the same cells, in which most counts stay or move a little."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(PLACES)), st.sampled_from(SYSTEMS), st.sampled_from(SUBJECTS)),
            min_size=1,
            max_size=40,
            unique=True,
        )
    )
    first = [Count(*key, draw(cases), EXTRACTS[0]) for key in keys]
    counts, last = list(first), first
    for day in EXTRACTS[1 : draw(st.integers(1, 3))]:
        last = [replace(count, cases=draw(_next(count.cases)), extract=day) for count in last]
        counts += last
    return counts


def _next(now: int | None) -> st.SearchStrategy[int | None]:
    if now is None:
        return cases
    return st.one_of(st.just(now), st.integers(max(0, now - 3), now + 4), cases)
