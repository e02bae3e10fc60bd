//! What the command line understands.

mod draw;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use tongban_runtime::{Settings, SettingsError};

pub use self::draw::{DrawCommitOptions, DrawOpenOptions, DrawOptions, DrawStep};

/// 通办 Tongban: a city's integrated government services, in one process or as a mesh.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the services: all of them on local files, or some of them on PostgreSQL and Kafka.
    Serve(ServeOptions),
    /// Expands the databases of the services to what this version needs; the version before may serve on.
    Migrate(MigrateOptions),
    /// Loads the sample city; loading again changes nothing.
    Load(SettingsOptions),
    /// Writes the OpenAPI documents of all services, and the AsyncAPI document of their events.
    Openapi(OpenapiOptions),
    /// Tells what is wrong with a configuration, and how to mend it.
    Doctor(DoctorOptions),
    /// Lists events that could not be carried out, and carries them out once the cause is mended.
    Parked(ParkedOptions),
    /// Makes a service's read models anew from its history, beside the live ones, and switches; the service may go
    /// on. Prints tables and JSON; exits 1 when `--check` finds a difference, 2 when nothing could be made anew.
    Rebuild(Box<RebuildOptions>),
    /// Counts days as the law counts them, and explains each.
    #[command(subcommand_required = true)]
    Calendar(CalendarOptions),
    /// Verifies receipts, proofs, whole ledgers and the counts of a city; prints JSON; exits 1 when something does not
    /// hold, 2 when it cannot be judged.
    #[command(subcommand_required = true)]
    Verify(VerifyOptions),
    /// What a witness of a draw needs: a commitment, and later the seed.
    #[command(subcommand_required = true)]
    Draw(DrawOptions),
    /// Checks identifiers and prints a line of JSON for each.
    Check(CheckOptions),
}

/// The settings as flags; each is also a variable `TONGBAN_…` and a line in the file of `--config`.
#[derive(Debug, Args, Serialize)]
pub struct SettingsOptions {
    /// TOML file with settings.
    #[arg(long, env = "TONGBAN_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Services, with commas between; all when absent [env: TONGBAN_SERVICES].
    #[arg(long, value_name = "LIST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<String>,
    /// Address to listen on [env: TONGBAN_LISTEN] [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<String>,
    /// `sample` or `production` [env: TONGBAN_ENVIRONMENT] [default: sample].
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// Directory for everything written [env: TONGBAN_DATA_DIR] [default: var/city].
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// Directory of the calendar and the sample city [env: TONGBAN_DATA] [default: data].
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite files [env: TONGBAN_DATABASE_URL].
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    /// Most PostgreSQL connections of one service [env: TONGBAN_DATABASE_CONNECTIONS] [default: 10].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_connections: Option<u32>,
    /// Put before every schema's name [env: TONGBAN_SCHEMA_PREFIX].
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_prefix: Option<String>,
    /// Kafka instead of the embedded log [env: TONGBAN_KAFKA].
    #[arg(long, value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    kafka: Option<String>,
    /// Put before every topic and consumer group [env: TONGBAN_TOPIC_PREFIX].
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_prefix: Option<String>,
    /// Partitions of topics that have to be made [env: TONGBAN_PARTITIONS] [default: 6].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    partitions: Option<i32>,
    /// Issuer of identity's tokens [env: TONGBAN_ISSUER] [default: urn:tongban:identity].
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// Audience of tokens [env: TONGBAN_AUDIENCE] [default: tongban].
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    /// Where token keys are: `URL`, or `ISSUER=URL` for another issuer [env: TONGBAN_JWKS_URLS].
    #[arg(long, value_name = "LIST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_urls: Option<String>,
    /// File with the master key [env: TONGBAN_MASTER_KEY_FILE].
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    master_key_file: Option<PathBuf>,
    /// Seconds between two signed checkpoints [env: TONGBAN_CHECKPOINT_SECONDS] [default: 10].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint_seconds: Option<u64>,
    /// Where other platforms take what supervision publishes: `TARGET=URL`, with commas [env: TONGBAN_EXPORTS].
    #[arg(long, value_name = "LIST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    exports: Option<String>,
    /// File with the secrets shared with them, a line each: `TARGET=SECRET` [env: TONGBAN_EXPORT_SECRETS_FILE].
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    export_secrets_file: Option<PathBuf>,
    /// Networks of the systems that shared data come from, in CIDR, with commas [env: TONGBAN_PROVIDER_NETWORKS].
    #[arg(long, value_name = "LIST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_networks: Option<String>,
    /// File with the secrets calls to them are signed with: `CREDENTIAL=SECRET` [env: TONGBAN_PROVIDER_SECRETS_FILE].
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_secrets_file: Option<PathBuf>,
    /// `checkpoint` or `beacon`: where draws get their public value [env: TONGBAN_DRAW_SOURCE] [default: checkpoint].
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_source: Option<String>,
    /// Whose history gives the value [env: TONGBAN_DRAW_VALUE] [default: matters].
    #[arg(long, value_name = "SERVICE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_value: Option<String>,
    /// Whose history gives the value for withheld seeds [env: TONGBAN_DRAW_FALLBACK] [default: licences].
    #[arg(long, value_name = "SERVICE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_fallback: Option<String>,
    /// Seconds for witnesses to commit [env: TONGBAN_DRAW_COMMIT_SECONDS] [default: 7200, sample: 20].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_commit_seconds: Option<u64>,
    /// Seconds to announce after that [env: TONGBAN_DRAW_ANNOUNCE_SECONDS] [default: 300, sample: 5].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_announce_seconds: Option<u64>,
    /// Seconds to open seeds after that [env: TONGBAN_DRAW_OPEN_SECONDS] [default: 14400, sample: 60].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_open_seconds: Option<u64>,
    /// A public beacon in drand's form [env: TONGBAN_DRAW_BEACON_URL].
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_beacon_url: Option<String>,
    /// Its name [env: TONGBAN_DRAW_BEACON_NAME].
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_beacon_name: Option<String>,
    /// When its first round was, since 1970 [env: TONGBAN_DRAW_BEACON_GENESIS].
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_beacon_genesis: Option<i64>,
    /// Between two of its rounds [env: TONGBAN_DRAW_BEACON_PERIOD] [default: 30].
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_beacon_period: Option<u32>,
    /// Where traces go, OTLP over HTTP [env: TONGBAN_OTLP_ENDPOINT].
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_endpoint: Option<String>,
    /// `text` or `json` [env: TONGBAN_LOG_FORMAT] [default: text].
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<String>,
}

impl SettingsOptions {
    /// The settings these flags, the environment and the file make together.
    ///
    /// # Errors
    /// Names the setting that cannot be understood.
    pub fn read(&self) -> Result<Settings, SettingsError> {
        Settings::read(self.config.as_deref(), self)
    }
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Loads the sample city first and says what to try.
    #[arg(long)]
    pub load: bool,
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Instead takes away what this version no longer needs; refused while an earlier version serves.
    #[arg(long)]
    pub contract: bool,
}

/// Options of `openapi`.
#[derive(Debug, Args)]
pub struct OpenapiOptions {
    /// Directory to write to.
    #[arg(long, value_name = "DIR", default_value = "openapi")]
    pub out: PathBuf,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Only asks a running process whether it is ready.
    #[arg(long, value_name = "URL")]
    pub ready: Option<String>,
}

/// Options of `parked`.
#[derive(Debug, Args)]
pub struct ParkedOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Carries out what can be carried out now.
    #[arg(long)]
    pub replay: bool,
}

/// Options of `rebuild`.
#[derive(Debug, Args)]
pub struct RebuildOptions {
    /// The service.
    pub service: String,
    /// Only compares; changes nothing.
    #[arg(long)]
    pub check: bool,
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
}

/// Options of `calendar`.
#[derive(Debug, Args)]
pub struct CalendarOptions {
    /// What to count.
    #[command(subcommand)]
    pub what: CalendarQuestion,
}

/// What can be counted.
#[derive(Debug, Subcommand)]
pub enum CalendarQuestion {
    /// The last day of a limit, every day on the way explained.
    Due {
        /// Day of the event that starts the limit; it is not counted itself.
        #[arg(long, value_name = "YYYY-MM-DD")]
        start: chrono::NaiveDate,
        /// How many units.
        #[arg(long, value_name = "N")]
        days: u32,
        /// `business_day`, `calendar_day` or `month`.
        #[arg(long, default_value = "business_day")]
        unit: String,
        /// Directory that holds calendar/holidays.json.
        #[arg(long, value_name = "DIR", default_value = "data", env = "TONGBAN_DATA")]
        data: PathBuf,
    },
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// What to verify.
    #[command(subcommand)]
    pub what: VerifyQuestion,
}

/// What can be verified.
#[derive(Debug, Subcommand)]
pub enum VerifyQuestion {
    /// Receipts of submissions; needs nothing but the published keys.
    Receipt(PaperOptions),
    /// Proofs that an event is in the history; needs nothing but the published keys.
    Inclusion(PaperOptions),
    /// Proofs that a later history begins with an earlier one; needs nothing but the published keys.
    Consistency(PaperOptions),
    /// Published draws; needs nothing at all, and shows more with the announcement's digest and the keys.
    Draw(VerifyDrawOptions),
    /// The ledgers themselves: every chain, every head, the tree, every signed checkpoint.
    Ledger(Box<VerifyLedgerOptions>),
    /// Counts: acknowledged = stored = published = consumed, for every service.
    City(Box<VerifyCityOptions>),
}

/// Options of `verify receipt`, `verify inclusion` and `verify consistency`.
#[derive(Debug, Args)]
pub struct PaperOptions {
    /// The papers.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Published keys, as `GET /<service>/v1/history/keys` gives them; once for each service.
    #[arg(long, required = true, value_name = "FILE")]
    pub keys: Vec<PathBuf>,
    /// For `inclusion`: the receipt that the proof has to belong to.
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}

/// Options of `verify draw`.
#[derive(Debug, Args)]
pub struct VerifyDrawOptions {
    /// The transcripts.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Digest of the announcement, as it was recorded before the draw: 64 hexadecimal digits.
    #[arg(long, value_name = "DIGEST")]
    pub announced: Option<String>,
    /// Published keys of the logs whose checkpoints were used, once for each log. Without them signatures are
    /// not checked.
    #[arg(long, value_name = "FILE")]
    pub keys: Vec<PathBuf>,
}

/// Options of `verify ledger`.
#[derive(Debug, Args)]
pub struct VerifyLedgerOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Published keys kept elsewhere; without them the database's own are used.
    #[arg(long, value_name = "FILE")]
    pub keys: Vec<PathBuf>,
    /// Signed checkpoint kept elsewhere, which the ledger has to begin with.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
}

/// Options of `verify city`.
#[derive(Debug, Args)]
pub struct VerifyCityOptions {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Waits so long, at most, until what is on its way has arrived.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub settle: u64,
    /// What a caller was told: a JSON object of event counts by topic and event name.
    #[arg(long, value_name = "FILE")]
    pub acknowledged: Option<PathBuf>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// citizen-id, uscc, licence-id, project-code or matter-code.
    pub kind: String,
    /// The values; read from standard input, one a line, when there are none.
    pub values: Vec<String>,
}
