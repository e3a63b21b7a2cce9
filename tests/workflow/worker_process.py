"""A worker in a process of its own, so that it can be killed: `python -m` this, settings in `PKE_`.

It prints a line once it takes tasks.
"""

import asyncio
import sys

from provisioner.opening.database import open_database
from provisioner.opening.vault import open_vault
from provisioner.settings import Settings
from tests.workflow.plain_document import PLAIN
from tests.workflow.plain_kind import PlainKind
from workflows.composition import assemble
from workflows.worker import connect, working


async def main() -> None:
    settings = Settings()
    database = open_database(settings)
    kinds = {PLAIN: PlainKind(database)}
    composition = assemble(settings, database, open_vault(settings), kinds)
    async with working(await connect(settings), settings.task_queue, composition):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
