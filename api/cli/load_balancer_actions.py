"""Commands that act on what a load balancer serves, on its key, and its DNS records."""

from typing import Annotated

import typer
from rich.text import Text

from api.cli.accepted import Manner
from api.cli.kinds import LOAD_BALANCER
from api.cli.load_balancer_servers import active_server, server_states
from api.cli.options import LONG, Output, Timeout, Wait, api, name_of
from api.cli.output import Format, say, show
from api.cli.resources import Named

app = typer.Typer()

Name = Annotated[str, name_of(LOAD_BALANCER)]
Server = Annotated[
    str,
    typer.Argument(metavar="SERVER", help="Its name, in all services.", show_default=False),
]
Service = Annotated[
    str, typer.Argument(metavar="SERVICE", help="One with moveTogether.", show_default=False)
]
Target = Annotated[
    str | None,
    typer.Option("--server", metavar="SERVER", help="Who is to serve; by default the next."),
]


def _add_state(state: str, text: str) -> None:
    @app.command(state, help=text)
    def set_state(
        ctx: typer.Context,
        name: Name,
        server: Server,
        wait: Wait = False,
        timeout: Timeout = LONG,
        output: Output = Format.TABLE,
    ) -> None:
        named, manner = Named(api(ctx), LOAD_BALANCER, name), Manner(output, wait, timeout)
        if server_states(named.get()).get(server) == state:
            _already(named, f"the state of server {server} is {state}", manner)
        else:
            named.act(("servers", server, "actions", state), manner)


_add_state(
    "drain",
    """Give a server no new clients; those it has may finish. It goes on being checked.

    Example:

      pkectl lb drain edge web-1 --wait
    """,
)
_add_state(
    "maintenance",
    """Take a server out at once, clients that it has and checks included.

    Example:

      pkectl lb maintenance edge web-1 --wait
    """,
)
_add_state(
    "ready",
    """Let a server serve again after drain or maintenance.

    Example:

      pkectl lb ready edge web-1
    """,
)


@app.command()
def repoint(  # noqa: PLR0913 a command's options
    ctx: typer.Context,
    name: Name,
    service: Service,
    server: Target = None,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Move a service whose ports move together to its next server, or to one of your choice.

    Connections that are open are closed; clients come again and are led to the other server.

    Examples:

      pkectl lb repoint psc psc --wait

      pkectl lb repoint psc psc --server psc2
    """
    named, manner = Named(api(ctx), LOAD_BALANCER, name), Manner(output, wait, timeout)
    if server and active_server(named.get()["spec"], service) == server:
        _already(named, f"{server} serves {service}", manner)
    else:
        body = {"server": server} if server else None
        named.act(("services", service, "actions", "repoint"), manner, body)


@app.command("rotate-key")
def rotate_key(
    ctx: typer.Context,
    name: Name,
    wait: Wait = False,
    timeout: Timeout = LONG,
    output: Output = Format.TABLE,
) -> None:
    """Give the members another VRRP key: each is replaced, one after the other.

    Only vrrp.auth PASS and AH have one.

    Example:

      pkectl lb rotate-key edge --wait
    """
    named = Named(api(ctx), LOAD_BALANCER, name)
    named.act(("actions", "rotate-key"), Manner(output, wait, timeout))


@app.command()
def dns(ctx: typer.Context, name: Name, output: Output = Format.TABLE) -> None:
    """Print the address records for a load balancer's names, as lines of a zone file.

    Example:

      pkectl lb dns edge
    """
    found = Named(api(ctx), LOAD_BALANCER, name).get()["dnsRecords"]
    empty = "no VIP has a dnsName"
    show(found, output, lambda: Text("\n".join(found) or empty))


def _already(named: Named, what: str, manner: Manner) -> None:
    say(f"nothing to change: {what} in load balancer {named.name} already")
    if manner.wait:
        named.watch(manner.timeout)
