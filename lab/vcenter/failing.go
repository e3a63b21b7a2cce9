package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// failingTask stands in for an object during one call: the call succeeds, its task fails.
type failingTask struct {
	standIn
	target mo.Reference
	fault  types.BaseMethodFault
}

func (f failingTask) run(ctx *simulator.Context, name string) types.ManagedObjectReference {
	task := simulator.CreateTask(f.target, name, func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		return nil, f.fault
	})
	return task.Run(ctx)
}

func (f failingTask) CloneVMTask(ctx *simulator.Context, _ *types.CloneVM_Task) soap.HasFault {
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: f.run(ctx, "CloneVMTask")}}
}

func (f failingTask) PowerOnMultiVMTask(ctx *simulator.Context, _ *types.PowerOnMultiVM_Task) soap.HasFault {
	ref := f.run(ctx, "PowerOnMultiVMTask")
	return &methods.PowerOnMultiVM_TaskBody{Res: &types.PowerOnMultiVM_TaskResponse{Returnval: ref}}
}

func (f failingTask) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	ref := f.run(ctx, "PowerOnVMTask")
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: ref}}
}

func (f failingTask) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	ref := f.run(ctx, "PowerOffVMTask")
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{Returnval: ref}}
}

func (f failingTask) ReconfigVMTask(ctx *simulator.Context, _ *types.ReconfigVM_Task) soap.HasFault {
	ref := f.run(ctx, "ReconfigVMTask")
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: ref}}
}

func (f failingTask) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: f.run(ctx, "DestroyTask")}}
}
