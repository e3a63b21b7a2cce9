"""What regular care finds is shown beside what the plan says."""

from datetime import UTC, datetime

import httpx

from provisioner.domain.conditions import Condition
from provisioner.store import care, resources
from provisioner.store.types import utc_now
from tests.api.asking import create, shown
from tests.api.looking import look
from tests.api.served import Api

SEEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_both_are_in_one_list(api: Api, operator: httpx.Client) -> None:
    cluster = create(operator)
    look(api, cluster)
    ill = Condition(type="EtcdHealthy", status="False", reason="MemberDown", message="m1 is away")
    with api.database.write() as session:
        care.note(session, resources.lock(session, cluster["id"]), [ill], utc_now())
        care.note_seen(session, [cluster["id"]], SEEN)
    found = {one["type"]: one for one in shown(operator, cluster["id"])["conditions"]}
    assert found["EtcdHealthy"] == ill.model_dump() | {"seenAt": "2026-03-01T10:00:00Z"}
    assert found["AsAsked"]["seenAt"] is None
    [told] = [
        one
        for one in operator.get(f"/clusters/{cluster['id']}/events").json()["items"]
        if one["reason"] == "MemberDown"
    ]
    assert (told["type"], told["message"]) == ("Warning", "EtcdHealthy is False: m1 is away")
