"""What the deployment files may assume of the product, in one place.

`test_product.py` compares it with the binary itself.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "tongban"

SERVICES = ("identity", "matters", "intake", "licences", "reviews", "supervision", "supermarket", "exchange")

#: Flag of `tongban serve` and the environment variable that sets the same.
SETTINGS = {
    "services": "TONGBAN_SERVICES",
    "listen": "TONGBAN_LISTEN",
    "database-url": "TONGBAN_DATABASE_URL",
    "kafka": "TONGBAN_KAFKA",
    "topic-prefix": "TONGBAN_TOPIC_PREFIX",
    "data-dir": "TONGBAN_DATA_DIR",
    "environment": "TONGBAN_ENVIRONMENT",
    "issuer": "TONGBAN_ISSUER",
    "jwks-urls": "TONGBAN_JWKS_URLS",
    "master-key-file": "TONGBAN_MASTER_KEY_FILE",
    "otlp-endpoint": "TONGBAN_OTLP_ENDPOINT",
    "log-format": "TONGBAN_LOG_FORMAT",
}
VARIABLES = frozenset(SETTINGS.values())

#: Settings whose value is a secret: never a literal in a file or an object.
SECRET_VARIABLES = frozenset({"TONGBAN_DATABASE_URL"})

#: Subcommands the deployment files call.
COMMANDS = frozenset({"serve", "migrate", "load", "doctor"})

PORT = 8080
LIVE = "/health/live"
READY = "/health/ready"
METRICS = "/metrics"
READY_CHECK = ["tongban", "doctor", "--ready", f"http://127.0.0.1:{PORT}"]
USER = 10001
