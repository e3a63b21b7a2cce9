package main

import "github.com/vmware/govmomi/vim25/types"

type reference = types.ManagedObjectReference

// faults are complete, unlike the simulator's own, so that every client can parse them.
var faults = map[string]func(reference) types.BaseMethodFault{
	"duplicate-name": func(o reference) types.BaseMethodFault {
		return &types.DuplicateName{Name: "taken", Object: o}
	},
	"host-not-connected": func(reference) types.BaseMethodFault { return &types.HostNotConnected{} },
	"insufficient-resources": func(reference) types.BaseMethodFault {
		return &types.InsufficientResourcesFault{}
	},
	"invalid-argument": func(reference) types.BaseMethodFault {
		return &types.InvalidArgument{InvalidProperty: "spec"}
	},
	"invalid-login":       func(reference) types.BaseMethodFault { return &types.InvalidLogin{} },
	"invalid-power-state": invalidPowerState,
	"invalid-state":       func(reference) types.BaseMethodFault { return &types.InvalidState{} },
	"no-disk-space": func(reference) types.BaseMethodFault {
		return &types.NoDiskSpace{
			FileFault: types.FileFault{File: "[storage-1] node/node.vmdk"}, Datastore: "storage-1",
		}
	},
	"no-permission": func(o reference) types.BaseMethodFault {
		return &types.NoPermission{Object: &o, PrivilegeId: "VirtualMachine.Provisioning.DeployTemplate"}
	},
	"not-authenticated": func(o reference) types.BaseMethodFault {
		return &types.NotAuthenticated{
			NoPermission: types.NoPermission{Object: &o, PrivilegeId: "System.View"},
		}
	},
	"not-found": func(o reference) types.BaseMethodFault { return &types.ManagedObjectNotFound{Obj: o} },
	"request-canceled": func(reference) types.BaseMethodFault {
		return &types.RequestCanceled{}
	},
	"resource-in-use": func(o reference) types.BaseMethodFault {
		return &types.ResourceInUse{Type: o.Type, Name: o.Value}
	},
	"system-error": func(reference) types.BaseMethodFault {
		return &types.SystemError{Reason: "injected by the lab"}
	},
	"task-in-progress": func(reference) types.BaseMethodFault {
		return &types.TaskInProgress{Task: reference{Type: "Task", Value: "task-1"}}
	},
	"timed-out": func(reference) types.BaseMethodFault { return &types.Timedout{} },
}

func invalidPowerState(reference) types.BaseMethodFault {
	return &types.InvalidPowerState{
		RequestedState: types.VirtualMachinePowerStatePoweredOff,
		ExistingState:  types.VirtualMachinePowerStatePoweredOn,
	}
}
