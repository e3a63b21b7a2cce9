"""Commands that make images and do away with them."""

from typing import Annotated

import typer

from api.cli.accepted import Manner, confirm, tell
from api.cli.client import Change, Document
from api.cli.documents import read_document
from api.cli.image_tables import describe
from api.cli.kind_commands import KindCommands
from api.cli.kinds import IMAGE
from api.cli.options import LONG, File, IdempotencyKey, Output, Timeout, Wait, Yes, api, name_of
from api.cli.output import Format, say, show
from api.cli.resources import Named

app = typer.Typer()

Name = Annotated[str, name_of(IMAGE)]
Force = Annotated[
    bool, typer.Option("--force", help="Build it although there is one of exactly the same.")
]

_commands = KindCommands(app, IMAGE)
_commands.add_retry(
    """Go on making an image after a failure, once its cause is mended.

    Example:

      pkectl image retry debian-12-node-1-35-4-0a1b2c3d --wait
    """
)
_commands.add_delete(
    """Delete an image with its templates. Refused while something stands on it.

    Of an imported image only the copies are removed: its own template stays.

    Example:

      pkectl image delete debian-12-node-1-34-9-0a1b2c3d --yes --wait
    """,
    losing="its templates",
)


@app.command()
def build(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    file: File,
    force: Force = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    idempotency_key: IdempotencyKey = None,
    output: Output = Format.TABLE,
) -> None:
    """Build an image by Packer from one of the service's definitions.

    When there is one of exactly the same inputs already, that one is shown, or copied to where
    it is missing.
    `pkectl image definitions` lists them, `pkectl explain image` tells what the file may hold,
    docs/images.md shows some.

    Examples:

      pkectl image build -f image.yaml --wait

      pkectl image logs debian-12-node-1-35-4-0a1b2c3d --follow
    """
    client, document = api(ctx), read_document(file)
    wanted = document | {"force": True} if force else document
    change = Change("POST", IMAGE.path("builds"), wanted, idempotency_key)
    answer = client.change(change)
    if _is_image(answer):
        show(answer, output, lambda: describe(answer))
        say(f"image {answer['name']} is exactly this; --force builds another one")
        return
    if answer["kind"] != "create":
        name = answer["cluster"]["name"]
        say(f"image {name} is exactly this: it is copied to where it is missing, nothing is built")
    tell(client, answer, Manner(output, wait, timeout))


@app.command("import")
def import_(
    ctx: typer.Context,
    file: File,
    wait: Wait = False,
    timeout: Timeout = LONG,
    idempotency_key: IdempotencyKey = None,
    output: Output = Format.TABLE,
) -> None:
    """Register a template that was made elsewhere, once a clone of it has booted.

    `pkectl explain image-import` tells what the file may hold.

    Example:

      pkectl image import -f golden.yaml --wait
    """
    client = api(ctx)
    change = Change("POST", IMAGE.path("import"), read_document(file), idempotency_key)
    tell(client, client.change(change), Manner(output, wait, timeout))


@app.command()
def cancel(
    ctx: typer.Context,
    image: Name,
    yes: Yes = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Stop the making of an image, and remove what it has left in vCenter.

    Example:

      pkectl image cancel debian-12-node-1-35-4-0a1b2c3d
    """
    client = api(ctx)
    confirm(f"Stop making image {image}?", yes)
    Named(client, IMAGE, image).cancel(Manner(output, wait, timeout))


def _is_image(answer: Document) -> bool:
    """Of a build: what is there already, instead of an operation."""
    return "templates" in answer
