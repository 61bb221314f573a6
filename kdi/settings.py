"""Settings and paths: the one place that reads the environment and names folders."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ByteSize, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LOCAL_TIME_ZONE = "Europe/Copenhagen"
# In a home that holds sample deliveries: its clock, which stands at the day after the last of them.
CLOCK_FILE = "demo.env"


class Settings(BaseSettings):
    """Everything that differs between two installations. Read from ``KDI_*`` or ``.env``."""

    # An error that showed what was wrong would show passwords too.
    model_config = SettingsConfigDict(env_prefix="KDI_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    home: Path = Field(Path("data"), description="Folder of all data the platform keeps.")
    inbox: str = Field("", description="Folder or fsspec URL of deliveries; default <home>/inbox.")
    lake_url: str = Field(
        "",
        alias="KDI_LAKE",
        description="fsspec URL where the lake is kept as well, e.g. s3://bucket/folder; empty: only on disk.",
    )
    s3_endpoint: str = Field("", description="Address of an S3-compatible store; empty: Amazon's.")
    s3_key: str = Field("", description="Access key of the store; empty: the machine's own (AWS_*, role).")
    s3_secret: SecretStr = Field(SecretStr(""), description="Secret of the access key.")
    inbox_known_hosts: Path | None = Field(
        None, description="Keys of the SFTP server of the inbox, as OpenSSH writes them. Others are refused."
    )
    inbox_key_file: Path | None = Field(None, description="Private key to log in to the SFTP server with.")
    inbox_password: SecretStr = Field(SecretStr(""), description="Password for the SFTP server, without a key.")
    first_day: date = Field(
        date(2019, 1, 1), description="First day of history; files for earlier periods are left alone."
    )
    as_of: date | None = Field(
        None, description="Status date: what is late and which months are open is told as of this day; default today."
    )
    memory_limit: str = Field("700MB", description="Memory limit of each DuckDB engine.")
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What dbt builds on; spark needs Java.")
    spark_master: str = Field(
        "local-cluster[2,1,2048]", description="Where Spark works: here workers, cores and MB of each."
    )
    spark_options: dict[str, str] = Field({}, description="Spark's own settings, as JSON.")
    settle_seconds: float = Field(
        2.0, description="A file younger than this must keep its size this long before it is read."
    )
    largest_file: ByteSize = Field(ByteSize(1_000_000_000), description="A larger file in the inbox is refused unread.")
    largest_unpacked: ByteSize = Field(
        ByteSize(8_000_000_000), description="A compressed file, a workbook or a Parquet file is refused beyond this."
    )
    read_seconds: float = Field(600, gt=0, description="A file whose reading takes longer is refused.")
    read_memory: ByteSize = Field(
        ByteSize(4_000_000_000), description="A file whose reading takes more memory is refused."
    )
    kitos_url: str = Field("https://kitos.dk", description="Address of KITOS.")
    kitos_email: str = Field("", description="E-mail of the API user in KITOS; empty: KITOS is not asked.")
    kitos_password: SecretStr = Field(SecretStr(""), description="Password of the API user in KITOS.")
    postgres_dsn: SecretStr = Field(
        SecretStr(""), description="Address of PostgreSQL to publish to as well; empty: only files are published."
    )
    alert_urls: SecretStr = Field(
        SecretStr(""), description="Where alerts go: addresses of Apprise, separated by blanks; empty: nowhere."
    )
    ui_url: str = Field("http://127.0.0.1:3000", description="Address of the Dagster UI, for links in alerts.")
    log: Literal["file", "stderr", "off"] = Field(
        "file", description="Where the log of events goes: <home>/log/kdi-<day>.jsonl, stderr, or nowhere."
    )
    dagster_postgres_dsn: SecretStr = Field(
        SecretStr(""), description="PostgreSQL of Dagster's own storage; empty: SQLite in DAGSTER_HOME."
    )
    keep_run_days: int = Field(90, ge=1, description="Days that Dagster's runs and the log of events are kept.")
    keep_quarantine_days: int = Field(
        180, ge=1, description="Days that a refused delivery is kept after its period got a good one."
    )
    mail_server: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:port for the newsletter; empty: nothing can be sent."
    )
    mail_from: str = Field("kdi-i-tal@example.org", description="Address that the newsletter comes from.")
    mail_unsubscribe: str = Field(
        "", description="https:// or mailto: where readers unsubscribe; empty: a mail to the newsletter's own address."
    )
    sender: str = Field("KDI Indsigt", description="Who stands behind reports, web pages and newsletter.")
    contact: str = Field("", description="Mail address for questions, printed in what readers get; empty: mail_from.")
    web_url: str = Field(
        "", description="https:// address of the public web edition, for links in the newsletter; empty: no links."
    )
    accessibility_url: str = Field(
        "", description="https:// address of the publisher's accessibility statement at was.digst.dk; empty: none yet."
    )
    keep_releases: int = Field(5, ge=2, description="Published releases kept for rollback.")

    @field_validator("home")
    @classmethod
    def _wherever_it_is_used(cls, home: Path) -> Path:
        """A process may go to another folder and come back, as dagster-dbt does while it starts dbt."""
        return home.expanduser().absolute()

    @field_validator("inbox")
    @classmethod
    def _without_password(cls, inbox: str) -> str:
        if "://" in inbox and urlsplit(inbox).password:
            raise ValueError("a password in an address ends up in logs: put it in KDI_INBOX_PASSWORD")
        return inbox

    def secret_values(self) -> list[str]:
        """The values of all secret settings that are set: what must not be seen anywhere."""
        values = [value for value in dict(self).values() if isinstance(value, SecretStr)]
        return [text for value in values if (text := value.get_secret_value())]

    @property
    def status_date(self) -> date:
        """``as_of``, or today in Danish time."""
        return self.as_of or datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()

    @property
    def root(self) -> Path:
        """``home`` as an absolute path: Dagster and dbt run from other folders."""
        return self.home.expanduser().resolve()

    @property
    def is_demo(self) -> bool:
        """Whether the clock stands at the end of sample deliveries."""
        return (self.root / CLOCK_FILE).exists()

    @property
    def inbox_url(self) -> str:
        """The inbox as an absolute path or an fsspec URL."""
        if "://" in self.inbox:
            return self.inbox
        return str(Path(self.inbox).expanduser().resolve()) if self.inbox else str(self.root / "inbox")

    @property
    def lake(self) -> Path:
        """Accepted deliveries as immutable Parquet."""
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        """Refused deliveries and refused rows, each with its reasons."""
        return self.root / "quarantine"

    @property
    def log_folder(self) -> Path:
        """The log of events, one file per day."""
        return self.root / "log"

    @property
    def build(self) -> Path:
        """The private folder in which dbt works; thrown away and made anew by every build."""
        return self.root / "build"

    @property
    def published(self) -> Path:
        """What consumers read: ``releases/<publication_id>/`` and the link ``current``."""
        return self.root / "published"

    @property
    def state(self) -> Path:
        """Private intermediate tables of each release: the start of the next incremental build."""
        return self.root / "state"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' project folder, with its Data Docs."""
        return self.root / "data_docs"

    @property
    def dagster_home(self) -> Path:
        """Dagster's storage when ``DAGSTER_HOME`` is not set."""
        return self.root / "dagster"

    @property
    def reports(self) -> Path:
        """Finished reports, one folder per quarter or month."""
        return self.root / "reports"


@cache
def get_settings() -> Settings:
    """The process's settings. Tests that change the environment call ``get_settings.cache_clear()``."""
    settings = Settings()
    clock = settings.root / CLOCK_FILE
    if not clock.exists():
        return settings
    # What the operator says wins over the clock.
    return Settings(_env_file=(clock, ".env"))  # type: ignore[call-arg]
