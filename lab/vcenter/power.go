package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// guestPower leaves it to the guest to shut down, as VMware's tools do; the simulator pulls the plug.
type guestPower struct {
	standIn
	vm *simulator.VirtualMachine
}

func (g guestPower) ShutdownGuest(ctx *simulator.Context, req *types.ShutdownGuest) soap.HasFault {
	if g.vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		return g.vm.ShutdownGuest(ctx, req)
	}
	body := new(methods.ShutdownGuestBody)
	if g.vm.Guest.ToolsRunningStatus != string(types.VirtualMachineToolsRunningStatusGuestToolsRunning) {
		body.Fault_ = simulator.Fault("", new(types.ToolsUnavailable))
		return body
	}
	state := string(types.VirtualMachineGuestStateShuttingDown)
	ctx.Update(g.vm, []types.PropertyChange{{Name: "guest.guestState", Val: state}})
	body.Res = new(types.ShutdownGuestResponse)
	return body
}

// batchPower lets rules for PowerOnVM_Task hit single VMs of a batch.
type batchPower struct {
	standIn
	datacenter *simulator.Datacenter
	rules      *ruleBook
}

func (b batchPower) PowerOnMultiVMTask(ctx *simulator.Context, req *types.PowerOnMultiVM_Task) soap.HasFault {
	task := simulator.CreateTask(b.datacenter, "powerOnMultiVM",
		func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
			result := types.ClusterPowerOnVmResult{Attempted: []types.ClusterAttemptedVmInfo{}}
			for _, ref := range req.Vm {
				if vm, ok := ctx.Map.Get(ref).(*simulator.VirtualMachine); ok {
					result.Attempted = append(result.Attempted, b.powerOn(ctx, vm))
				}
			}
			return result, nil
		})
	return &methods.PowerOnMultiVM_TaskBody{
		Res: &types.PowerOnMultiVM_TaskResponse{Returnval: task.Run(ctx)},
	}
}

func (b batchPower) powerOn(ctx *simulator.Context, vm *simulator.VirtualMachine) types.ClusterAttemptedVmInfo {
	// A context of its own for each task: two tasks must not share what one of them locks.
	own := &simulator.Context{Context: ctx.Context, Session: ctx.Session, Map: ctx.Map}
	req := &types.PowerOnVM_Task{This: vm.Self}
	var task types.ManagedObjectReference
	own.WithLock(vm, func() {
		var body soap.HasFault
		if rule := b.rules.match("PowerOnVM_Task", vm); rule != nil {
			body = failingTask{b.standIn, vm, rule.fault(vm.Self)}.PowerOnVMTask(own, req)
		} else {
			body = vm.PowerOnVMTask(own, req)
		}
		task = body.(*methods.PowerOnVM_TaskBody).Res.Returnval
	})
	return types.ClusterAttemptedVmInfo{Vm: vm.Self, Task: &task}
}
