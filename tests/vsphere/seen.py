"""What a watch has told so far."""

import asyncio

from provisioner.domain.virtual_machines import InventoryObject, VMSeen, WatchBatch


class Seen:
    watching: asyncio.Task[None]

    def __init__(self) -> None:
        self.batches: list[WatchBatch] = []
        self.vms: dict[str, VMSeen] = {}
        self.objects: dict[str, InventoryObject] = {}

    async def deliver(self, batch: WatchBatch) -> None:
        if batch.full:
            self.vms.clear()
            self.objects.clear()
        self.batches.append(batch)
        self.vms.update({vm.moref: vm for vm in batch.vms})
        self.objects.update({one.moref: one for one in batch.objects})
        for moref in batch.vms_gone:
            del self.vms[moref]
        for moref in batch.objects_gone:
            del self.objects[moref]

    def paths(self) -> dict[str, InventoryObject]:
        return {one.path: one for one in self.objects.values()}
