"""Lists show many clusters with few statements."""

from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import overviews, resources
from provisioner.store.overviews import Overview
from tests.store.estate import Estate


def listed(estate: Estate) -> list[Overview[ClusterSpec]]:
    return estate.read(
        lambda session: overviews.overviews(
            session, resources.listed(session, estate.org, "cluster"), ClusterSpec
        )
    )


def test_an_overview_counts_what_is_there(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource)
    first, second, third, *_ = estate.nodes(resource)
    estate.ready([first, second])
    estate.set(third, phase=Phase.GONE)
    (found,) = listed(estate)
    assert (found.ready, found.total, found.vcenter) == (2, 4, "lab")


def test_an_overview_tells_of_the_present(estate: Estate) -> None:
    resource = estate.cluster()
    operation = estate.change(resource, nodePools=[])
    (found,) = listed(estate)
    assert (found.operation, found.spec.node_pools) == (operation.id, ())


def test_many_clusters_cost_as_many_statements_as_one(estate: Estate) -> None:
    estate.cluster("c0")

    def statements() -> int:
        before = estate.database.statements
        listed(estate)
        return estate.database.statements - before

    one = statements()
    for number in range(1, 20):
        estate.cluster(f"c{number}")
    assert statements() == one
    assert len(listed(estate)) == 20


def test_no_clusters_are_an_empty_list(estate: Estate) -> None:
    assert listed(estate) == []
