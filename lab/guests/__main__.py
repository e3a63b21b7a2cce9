"""`python -m lab.guests --config FILE`: runs the guests of a vCenter until it is told to end."""

import argparse
import logging
import signal
import threading
from pathlib import Path

from lab.guests.composition import Guests
from lab.guests.config import GuestsConfig


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.guests")
    parser.add_argument("--config", type=Path, required=True, help="JSON; see lab.guests.config")
    config = GuestsConfig.model_validate_json(parser.parse_args().config.read_text())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    guests = Guests(config)
    guests.start()
    ended.wait()
    guests.stop()


main()
