"""The product's one program: API, worker, and what an operator does around them."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import DBAPIError

from api import logs
from provisioner.domain.errors import ProvisionerError
from provisioner.opening.database import database_shown, new_database, open_database
from provisioner.settings import Settings
from provisioner.store import tokens
from provisioner.store.tables import ApiToken, Organisation
from provisioner.store.tokens import Role

_LONGEST_NAME = 63
# More objects than there were before the collector of cycles looks at the youngest. With its usual
# 700 it takes a twentieth of the time (measured in tests).
_YOUNGEST = 20_000

app = typer.Typer(
    help="Creates Kubernetes clusters on VMware vSphere. Settings come from the environment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def api() -> None:
    """Serve the HTTP API until told to end."""
    with _without_collecting():
        from api.server import serve

    gc.set_threshold(_YOUNGEST)
    serve(_settings())


@app.command()
def worker() -> None:
    """Run workflows and activities until told to end."""
    with _without_collecting():
        from workflows.worker import main as run_worker

    gc.set_threshold(_YOUNGEST)
    run_worker(_settings())


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema. Can be repeated."""
    # Alembic takes long to load, and nobody else needs it.
    from provisioner.store.migrate import migrate as bring_up_to_date

    given = _settings()
    with closing(new_database(given)) as database:
        schema = bring_up_to_date(database)
    typer.echo(f"{database_shown(given)} is at schema {schema}")


@app.command()
def settings() -> None:
    """List every setting: its environment variable, default and meaning."""
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        typer.echo(f"PKE_{name.upper()}\n  default: {shown}\n  {field.description}\n")


@app.command()
def create_token(
    organisation: Annotated[str, typer.Option(help="Its name; it is made when missing.")],
    role: Annotated[str, typer.Option(help="viewer, operator or admin.")],
    name: Annotated[str, typer.Option(help="What the history calls the token's owner.")],
) -> None:
    """Make an API token. Its value is printed once, as JSON, and kept nowhere."""
    given = _role(role)
    for option, text in (("--organisation", organisation), ("--name", name)):
        if not 1 <= len(text) <= _LONGEST_NAME:
            raise typer.BadParameter(f"takes 1 to {_LONGEST_NAME} characters", param_hint=option)
    with closing(open_database(_settings())) as database, database.write() as session:
        org = tokens.ensure_organisation(session, organisation)
        value = tokens.issue(session, org.id, given, name)
        made = {"token": value, "orgId": org.id}
    typer.echo(json.dumps(made))


@app.command()
def list_tokens() -> None:
    """List all API tokens, one JSON object per line. Their values are kept nowhere."""
    with closing(open_database(_settings())) as database, database.read() as session:
        for token, organisation in tokens.listed(session):
            typer.echo(json.dumps(_shown(token, organisation)))


@app.command()
def revoke_token(token: Annotated[str, typer.Argument(help="Its id, from list-tokens.")]) -> None:
    """Delete an API token's digest: it opens nothing any more."""
    with closing(open_database(_settings())) as database, database.write() as session:
        tokens.revoke(session, token)


def main() -> None:
    try:
        app()
    except (ProvisionerError, OSError) as err:
        typer.echo(f"pke-provisioner: {err}", err=True)
        sys.exit(1)
    except DBAPIError as err:
        typer.echo(f"pke-provisioner: PKE_DATABASE_URL: the database says: {err.orig}", err=True)
        sys.exit(1)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """For imports: they leave no garbage, and a fifth of their time goes into looking for it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _settings() -> Settings:
    try:
        found = Settings()
    except ValidationError as err:
        for one in err.errors(include_url=False, include_input=False):
            variable = "PKE_" + "__".join(map(str, one["loc"])).upper()
            message = one["msg"].removeprefix("Value error, ")
            typer.echo(f"pke-provisioner: {variable}: {message}", err=True)
        raise typer.Exit(2) from None
    logs.configure(found)
    return found


def _shown(token: ApiToken, organisation: Organisation) -> dict[str, str | None]:
    return {
        "id": token.id,
        "organisation": organisation.name,
        "role": token.role,
        "name": token.name,
        "createdAt": token.created_at.isoformat(),
        "expiresAt": token.expires_at.isoformat() if token.expires_at else None,
    }


def _role(given: str) -> Role:
    match given:
        case "viewer" | "operator" | "admin":
            return given
        case _:
            raise typer.BadParameter("give viewer, operator or admin", param_hint="--role")


if __name__ == "__main__":
    main()
