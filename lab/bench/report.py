"""The figures: a table for people, a file for whatever compares runs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figures:
    soap_per_vm_created: float
    soap_per_vm_at_rest: float
    wall_ratio_100_vms: float
    events_per_node: float
    sql_per_node: float


GOALS = {
    "soap_per_vm_created": "<= 3",
    "soap_per_vm_at_rest": "0",
    "wall_ratio_100_vms": "<= 1.3",
}
MEANINGS = {
    "soap_per_vm_created": "SOAP requests per VM, everything in",
    "soap_per_vm_at_rest": "SOAP requests per VM in a quiet minute, but for the open long poll",
    "wall_ratio_100_vms": "time for 100 nodes to be ready / time of a bare pyVmomi loop",
    "events_per_node": "events in Temporal's histories per node, everything in",
    "sql_per_node": "SQL statements per node, API and worker",
}


def show(figures: Figures, details: dict[str, object]) -> None:
    table = Table("figure", "value", "goal", "meaning")
    for key, value in asdict(figures).items():
        table.add_row(key, f"{value:g}", GOALS.get(key, ""), MEANINGS[key])
    console = Console()
    console.print(table)
    for name, detail in details.items():
        console.print(f"{name}: {detail}", soft_wrap=True)


def write(figures: Figures, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(figures), indent=2) + "\n")
