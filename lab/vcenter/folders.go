package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// folderRemover leaves the files of VMs alone, as vCenter does. The simulator knows only how to destroy
// them with their folder.
type folderRemover struct {
	standIn
	folder *simulator.Folder
}

func (f folderRemover) UnregisterAndDestroyTask(
	ctx *simulator.Context, _ *types.UnregisterAndDestroy_Task,
) soap.HasFault {
	body := new(methods.UnregisterAndDestroy_TaskBody)
	if fault := unregisterAll(ctx, f.folder); fault != nil {
		body.Fault_ = fault
		return body
	}
	destroyed := f.folder.DestroyTask(ctx, &types.Destroy_Task{This: f.folder.Self})
	body.Res = &types.UnregisterAndDestroy_TaskResponse{
		Returnval: destroyed.(*methods.Destroy_TaskBody).Res.Returnval,
	}
	return body
}

func unregisterAll(ctx *simulator.Context, folder *simulator.Folder) *soap.Fault {
	for _, child := range append([]types.ManagedObjectReference{}, folder.ChildEntity...) {
		switch object := ctx.Map.Get(child).(type) {
		case *simulator.Folder:
			if fault := unregisterAll(ctx, object); fault != nil {
				return fault
			}
		case *simulator.VirtualMachine:
			if fault := object.UnregisterVM(ctx, &types.UnregisterVM{This: child}).Fault(); fault != nil {
				return fault
			}
		}
	}
	return nil
}
