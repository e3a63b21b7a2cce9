from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind


async def test_a_folder_goes_with_all_in_it_and_no_other(vcenter: VCenter, behind: Behind):
    for one in ("discs/ours/inner", "discs/theirs"):
        behind.make_folder_on("local-1", one)

    for _ in range(2):
        await vcenter.remove_files(behind.moref("/DC1"), "[local-1] discs/ours")

    assert not behind.has_folder_on("local-1", "discs/ours")
    assert behind.has_folder_on("local-1", "discs/theirs")
