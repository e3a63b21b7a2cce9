"""Log lines, as text or as JSON objects."""

import json
import logging
import logging.config
from typing import Any

from provisioner.settings import Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configuration(settings: Settings) -> dict[str, Any]:
    """For `logging.config.dictConfig`, and for uvicorn in place of its own."""
    kind = {"()": JsonFormatter} if settings.log_format == "json" else {"format": _TEXT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": kind},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
            }
        },
        "loggers": {
            # It announces itself at every look at the schema.
            "alembic": {"level": "WARNING"},
            # Addresses and headers that they tell may let anybody in.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
        "root": {"level": settings.log_level, "handlers": ["stderr"]},
    }


def configure(settings: Settings) -> None:
    logging.config.dictConfig(configuration(settings))
