"""Words that no product says, the same list for PDF, web pages and newsletter."""

# The words that readers must not meet any more, and why: another word says it better.
GONE = (
    "København Kommune", "Bornholm Kommune", "Ventet gevinst", "Her er der mest at hente", "gange så meget",
    "klar til at blive taget i brug", "Ingen emner har ingen", "klarmeldt til ingen", "Det nyeste fund",
    "flere eller færre", "Hvid rude", "320 punkter", "Måneder må ikke lægges sammen", "Gråt felt", "aldrig slået op",
    "arket er ikke opdateret", "0 af 0", "stoettesystemerne", "udbredelsespotentiale", "tilslutningspotentiale",
    "billed per call", "Otte kilder har leveret",
)  # fmt: skip
