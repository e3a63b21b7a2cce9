"""What regular care finds is shown beside what the plan says."""

import httpx

from provisioner.domain.conditions import Condition
from provisioner.store import care, resources
from tests.api.asking import create, shown
from tests.api.looking import look
from tests.api.served import Api


def test_both_are_in_one_list(api: Api, operator: httpx.Client) -> None:
    cluster = create(operator)
    look(api, cluster)
    ill = Condition(type="EtcdHealthy", status="False", reason="MemberDown", message="m1 is away")
    with api.database.write() as session:
        care.note(session, resources.lock(session, cluster["id"]), [ill])
    found = {one["type"]: one for one in shown(operator, cluster["id"])["conditions"]}
    assert found["EtcdHealthy"] == ill.model_dump()
    assert "AsAsked" in found
    [told] = [
        one
        for one in operator.get(f"/clusters/{cluster['id']}/events").json()["items"]
        if one["reason"] == "MemberDown"
    ]
    assert (told["type"], told["message"]) == ("Warning", "EtcdHealthy is False: m1 is away")
