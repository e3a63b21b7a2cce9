"""Commands that change what was asked of a load balancer."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.accepted import Manner
from api.cli.changes import replaced
from api.cli.documents import read_document
from api.cli.errors import Misused
from api.cli.kinds import LOAD_BALANCER
from api.cli.load_balancer_members import member_names, with_member, without_member
from api.cli.options import LONG, DryRun, File, Output, Timeout, Wait, api, name_of
from api.cli.output import Format, say
from api.cli.resources import Named

app = typer.Typer()

Name = Annotated[str, name_of(LOAD_BALANCER)]
Size = Annotated[
    int | None,
    typer.Option("--members", metavar="SIZE", min=1, max=2, help="1: the last member goes."),
]
Removed = Annotated[
    str | None, typer.Option("--remove", metavar="MEMBER", help="The member that goes.")
]
Added = Annotated[
    Path | None,
    typer.Option(
        "--add-member", metavar="FILE", help="Holds a member as in a document; - is standard input."
    ),
]


@app.command()
def scale(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    name: Name,
    members: Size = None,
    remove: Removed = None,
    add_member: Added = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Give a load balancer its second member, or take one away: then nobody takes over.

    VIPs that preferred a member that goes are the other one's.

    Examples:

      pkectl lb scale edge --add-member second.yaml --wait

      pkectl lb scale edge --members 1

      pkectl lb scale edge --remove m1
    """
    if (add_member or remove or members) is None or (add_member and remove):
        raise Misused("add a member or take one away", f"see pkectl lb scale {name} --help")
    named = Named(api(ctx), LOAD_BALANCER, name)
    spec = named.get()["spec"]
    if add_member:
        body = with_member(spec, read_document(add_member))
    elif remove or members == 1 < len(spec["members"]):
        body = without_member(spec, remove or member_names(spec)[-1])
    elif members == len(spec["members"]):
        say(f"nothing to change: load balancer {name} is to have {members} already")
        return
    else:
        raise Misused("a second member has a document of its own", "give it by --add-member FILE")
    named.patch(body, Manner(output, wait, timeout, dry_run))


@app.command()
def update(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    name: Name,
    file: File,
    dry_run: DryRun = False,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Change a load balancer: services, VIPs, timeouts, whatever of its document may change.

    Each field in the file takes the place of the present one as a whole; a field that is left
    out stays, null takes it away. The members swap their configuration without losing a
    connection; what only a new VM can have replaces them, one after the other.

    Examples:

      pkectl lb update edge -f edge.yaml --dry-run

      echo '{"failback": "manual"}' | pkectl lb update edge -f - --wait
    """
    named = Named(api(ctx), LOAD_BALANCER, name)
    if body := replaced(named.get()["spec"], read_document(file)):
        named.patch(body, Manner(output, wait, timeout, dry_run))
    else:
        say(f"nothing in {file} is new to load balancer {name}")
