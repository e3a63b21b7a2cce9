package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// completion sees every VM that is made or changed and adds what a real vCenter would say and the
// simulator does not: two enumerations without which some clients cannot parse a VM, and change
// notices for properties that the simulator sets silently.
type completion struct {
	self types.ManagedObjectReference
}

func newCompletion() *completion {
	return &completion{types.ManagedObjectReference{Type: "LabHandler", Value: "completion"}}
}

func (c *completion) Reference() types.ManagedObjectReference { return c.self }

func (c *completion) PutObject(_ *simulator.Context, obj mo.Reference) {
	vm, ok := obj.(*simulator.VirtualMachine)
	if !ok {
		return
	}
	for _, runtime := range []*types.VirtualMachineRuntimeInfo{&vm.Runtime, &vm.Summary.Runtime} {
		runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
	}
}

func (c *completion) UpdateObject(ctx *simulator.Context, obj mo.Reference, changes []types.PropertyChange) {
	vm, ok := obj.(*mo.VirtualMachine)
	if !ok || vm.Config == nil || vm.Guest == nil {
		return
	}
	for _, change := range changes {
		switch change.Name {
		case "name":
			ctx.Update(vm, []types.PropertyChange{
				{Name: "config.instanceUuid", Val: vm.Config.InstanceUuid},
			})
		case "config.hardware.device":
			ctx.Update(vm, []types.PropertyChange{{Name: "guest.net", Val: vm.Guest.Net}})
		case "runtime.powerState":
			if change.Val == types.VirtualMachinePowerStatePoweredOff {
				ctx.Update(vm, silentGuest(vm))
			}
		}
	}
}

func (c *completion) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

// silentGuest is what VMware Tools report of a guest that no longer runs.
func silentGuest(vm *mo.VirtualMachine) []types.PropertyChange {
	nics := append([]types.GuestNicInfo(nil), vm.Guest.Net...)
	for i := range nics {
		nics[i].IpAddress = nil
	}
	stopped := string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)
	return []types.PropertyChange{
		{Name: "guest.net", Val: nics},
		{Name: "guest.ipAddress", Val: ""},
		{Name: "guest.toolsRunningStatus", Val: stopped},
	}
}
