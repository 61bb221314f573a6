"""Words that no product says, the same list for PDF, web pages and newsletter."""

# The words that readers must not meet any more, and why: another word says it better.
GONE = (
    "København Kommune", "Bornholm Kommune", "Ventet gevinst", "Her er der mest at hente", "gange så meget",
    "klar til at blive taget i brug", "Ingen emner har ingen", "klarmeldt til ingen", "Det nyeste fund",
    "flere eller færre", "Hvid rude", "320 punkter", "Måneder må ikke lægges sammen", "Gråt felt", "aldrig slået op",
    "arket er ikke opdateret", "0 af 0", "stoettesystemerne", "dbredelsespotentiale", "ilslutningspotentiale",
    "ealiser", "billed per call", "Otte kilder har leveret",
)  # fmt: skip

# What stands among the definitions alone, where it says how a figure may be used.
ONLY_IN_DEFINITIONS = ("Måneder må ikke lægges sammen",)


def gone_from(text: str, definitions: bool = False) -> list[str]:
    """The words of the list that a text says all the same."""
    plain = " ".join(text.replace("\u00a0", " ").split())
    return [word for word in GONE if word in plain and not (definitions and word in ONLY_IN_DEFINITIONS)]
