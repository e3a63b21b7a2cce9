package main

import (
	"crypto/sha256"
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// taskMethods: the methods whose tasks the simulator calls otherwise. It doesn't tell on from off.
var taskMethods = map[string]string{
	"CloneVm": "CloneVM_Task", "CreateVm": "CreateVM_Task", "Destroy": "Destroy_Task",
	"PowerOnMultiVM": "PowerOnMultiVM_Task", "PowerVm_Task": "PowerOnVM_Task",
	"ReconfigVm": "ReconfigVM_Task", "Rename": "Rename_Task",
}

// completion sees every VM that is made or changed and adds what a real vCenter would say and the
// simulator does not: two enumerations without which some clients cannot parse a VM, the true names
// of tasks' methods, and change notices for properties that the simulator sets silently.
type completion struct {
	self types.ManagedObjectReference
}

func newCompletion() *completion {
	return &completion{types.ManagedObjectReference{Type: "LabHandler", Value: "completion"}}
}

func (c *completion) Reference() types.ManagedObjectReference { return c.self }

func (c *completion) PutObject(_ *simulator.Context, obj mo.Reference) {
	switch made := obj.(type) {
	case *simulator.Task:
		if method, known := taskMethods[made.Info.Name]; known {
			made.Info.Name = method
		}
	case *simulator.VirtualMachine:
		for _, runtime := range []*types.VirtualMachineRuntimeInfo{&made.Runtime, &made.Summary.Runtime} {
			runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
			runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
		}
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
			giveAddresses(vm)
			ctx.Update(vm, []types.PropertyChange{{Name: "guest.net", Val: vm.Guest.Net}})
		case "runtime.powerState":
			if change.Val == types.VirtualMachinePowerStatePoweredOff {
				ctx.Update(vm, silentGuest(vm))
			}
		}
	}
}

func (c *completion) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

// giveAddresses: a NIC whose MAC nobody chose has one of its own; the simulator's clones keep that of
// their source.
func giveAddresses(vm *mo.VirtualMachine) {
	for _, device := range vm.Config.Hardware.Device {
		nic, ok := device.(types.BaseVirtualEthernetCard)
		if !ok {
			continue
		}
		card := nic.GetVirtualEthernetCard()
		if card.AddressType == string(types.VirtualEthernetCardMacTypeManual) {
			continue
		}
		sum := sha256.Sum256(fmt.Append(nil, vm.Config.Uuid, card.Key))
		// What VMware keeps for vCenter to give: 00:50:56:80 to bf.
		card.MacAddress = fmt.Sprintf("00:50:56:%02x:%02x:%02x", 0x80|sum[0]&0x3f, sum[1], sum[2])
		for i := range vm.Guest.Net {
			if vm.Guest.Net[i].DeviceConfigId == card.Key {
				vm.Guest.Net[i].MacAddress = card.MacAddress
			}
		}
	}
}

// silentGuest is what VMware Tools report of a guest that no longer runs.
func silentGuest(vm *mo.VirtualMachine) []types.PropertyChange {
	nics := append([]types.GuestNicInfo(nil), vm.Guest.Net...)
	for i := range nics {
		nics[i].IpAddress, nics[i].IpConfig = nil, nil
	}
	stopped := string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)
	return []types.PropertyChange{
		{Name: "guest.net", Val: nics},
		{Name: "guest.ipAddress", Val: ""},
		{Name: "guest.toolsRunningStatus", Val: stopped},
		{Name: "guest.guestState", Val: string(types.VirtualMachineGuestStateNotRunning)},
	}
}
