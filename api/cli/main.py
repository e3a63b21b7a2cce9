"""Where pkectl begins: Ctrl-C while it is still loading ends it quietly, too."""

import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from api.cli.program import run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
