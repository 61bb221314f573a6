"""The services that sample systems call: those of the catalogue, and a deliberate few it does not know."""

from functools import cache

from demo.sample.chance import blend
from demo.sample.reference import read_reference

UNCATALOGUED = {
    "stoettesystemerne": ("OrganisationSystem FremsøgObjekthierarki", "SagIndeks Journaliser"),
    "serviceplatformen": ("EkkoService v1", "ProeveOpslagLaes v1", "PersonArkivLaes v2"),
}
"""Called, yet not in `service_katalog.csv`; as many catalogued services are never called."""

TWO_VERSIONS = {
    "PersonBaseDataExtendedService": ("v3", "v4"),
    "CVR Online": ("v2", "v3"),
    "DigitalPost Afsend": ("v1", "v2"),
}
UNVERSIONED = frozenset({"Adresse", "Bruger", "BevillingIndeks", "CPR Abonnement", "ADRSOG1 - CPR Opslag (lokal)"})
POPULAR = (
    "PersonBaseDataExtendedService", "SagDokumentIndeks", "CPR Abonnement", "Organisation", "Adresse", "Bruger",
    "DigitalPost Afsend", "CVR Online", "OrganisationEnhed", "Klassifikation", "SagIndeks Importer",
    "DokumentIndeks Importer", "BevillingIndeks", "ContextHandlerTokenHent", "SikkerhedTokenUdgaaende",
    "OekonomiPostering Afsend", "DebitorRegistreringAfsend", "IndkomstOplysningLaes",
    "OrganisationEnhed Læs", "Bruger Læs", "SagIndeks Læs", "SagIndeks Importer", "DokumentIndeks Importer",
    "Klasse Læs", "OrganisationFunktion Læs", "Besked Modtag", "BevillingIndeks Læs", "SagIndeks Søg",
)  # fmt: skip
"""The most used services of the two platforms, in order; the rest follow in the catalogue's order."""

_STOETTESYSTEM = {
    "SF1500": "Organisation",
    "SF1510": "Klassifikation",
    "SF1470": "Sags- og Dokumentindeks",
    "SF1490": "Ydelsesindeks",
    "SF1460": "Beskedfordeler",
}


@cache
def called_services(platform: str) -> tuple[str, ...]:
    """Names without version of all services that are called, the popular first."""
    catalogue = [row["service"] for row in read_reference("service_katalog") if row["platform"] == platform]
    popular = [name for name in POPULAR if name in catalogue]
    strange = UNCATALOGUED[platform]
    rest = [name for name in catalogue if name not in popular]
    return (*popular, *rest[: len(rest) - len(strange)], *strange)


def pick_service(platform: str, number: int, choice: int) -> str:
    """A service for a system's `choice`; popular ones are picked far more often."""
    services = called_services(platform)
    chance = blend(21, number, choice)
    return services[len(services) * (chance >> 16) * (chance & 0xFFFF) >> 32]


@cache
def seed_of(service: str) -> int:
    """A number of its own for every service."""
    return blend(*service.encode())


@cache
def versions_of(service: str) -> tuple[str, ...]:
    """The service with each version in use, oldest first, as a delivery writes it."""
    if service in TWO_VERSIONS:
        return tuple(f"{service} {version}" for version in TWO_VERSIONS[service])
    if service in UNVERSIONED or service in UNCATALOGUED["serviceplatformen"]:
        return (service,)
    return (f"{service} v{1 + blend(22, seed_of(service)) % 4}",)


@cache
def stoettesystem_of() -> dict[str, str]:
    """Which of the five støttesystemer offers a service."""
    offered = {
        row["service"]: _STOETTESYSTEM[row["snitflade"].partition("_")[0]]
        for row in read_reference("service_katalog")
        if row["platform"] == "stoettesystemerne"
    }
    strange = zip(UNCATALOGUED["stoettesystemerne"], ("Organisation", "Sags- og Dokumentindeks"), strict=True)
    return offered | dict(strange)
