package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// fillGap returns a stand-in for an object whose method the simulator does only half, else nil.
func (c *control) fillGap(ctx *simulator.Context, call *simulator.Method, target mo.Reference) mo.Reference {
	switch object := target.(type) {
	case *simulator.PropertyCollector:
		return ownCollector(ctx, call)
	case *simulator.StorageResourceManager:
		if call.Name == "RecommendDatastores" {
			return &storageAdvice{standInFor(call), object}
		}
	case *simulator.VirtualMachine:
		switch call.Name {
		case "CloneVM_Task":
			request := call.Body.(*types.CloneVM_Task)
			giveDisksFilesOfTheirOwn(request)
			inheritOptions(object, request)
		case "MarkAsTemplate":
			return &templateMarker{standInFor(call), object}
		case "ShutdownGuest":
			return &guestPower{standInFor(call), object}
		}
	case *simulator.Task:
		if call.Name == "CancelTask" {
			// The simulator only says that it is cancelled, and does the work after its delay.
			object.Execute = canceled
		}
	case *simulator.Folder:
		if call.Name == "UnregisterAndDestroy_Task" {
			return &folderRemover{standInFor(call), object}
		}
	case *simulator.Datacenter:
		if call.Name == "PowerOnMultiVM_Task" {
			return &batchPower{standInFor(call), object, &c.rules}
		}
	}
	return nil
}

// inheritOptions: a clone has the extraConfig of what it is cloned from, but where the request differs;
// and tells the lab's guests whose disk it has.
func inheritOptions(source *simulator.VirtualMachine, req *types.CloneVM_Task) {
	if req.Spec.Config == nil {
		req.Spec.Config = new(types.VirtualMachineConfigSpec)
	}
	req.Spec.Config.ExtraConfig = append(req.Spec.Config.ExtraConfig,
		&types.OptionValue{Key: sourceOption, Value: source.Self.Value})
	given := make(map[string]bool)
	for _, option := range req.Spec.Config.ExtraConfig {
		given[option.GetOptionValue().Key] = true
	}
	for _, option := range source.Config.ExtraConfig {
		if !given[option.GetOptionValue().Key] {
			req.Spec.Config.ExtraConfig = append(req.Spec.Config.ExtraConfig, option)
		}
	}
}

// giveDisksFilesOfTheirOwn: a changed disk would keep the template's file, to be deleted with the VM.
func giveDisksFilesOfTheirOwn(req *types.CloneVM_Task) {
	if req.Spec.Config == nil {
		return
	}
	for _, change := range req.Spec.Config.DeviceChange {
		spec := change.GetVirtualDeviceConfigSpec()
		backing, ok := spec.Device.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if ok && spec.Operation == types.VirtualDeviceConfigSpecOperationEdit {
			backing.FileName = ""
			spec.FileOperation = types.VirtualDeviceConfigSpecFileOperationReplace
		}
	}
}

// ownCollector has our collectors used in place of the simulator's, see collector.
func ownCollector(ctx *simulator.Context, call *simulator.Method) mo.Reference {
	switch call.Name {
	case "CreatePropertyCollector":
		return &collectorMaker{standInFor(call)}
	case "CreateFilter", "WaitForUpdatesEx", "WaitForUpdates", "CancelWaitForUpdates":
		own := newCollector()
		own.Self.Value = "lab-of-session"
		if known := ctx.Session.Registry.Get(own.Self); known != nil {
			return known
		}
		return own
	}
	return nil
}

type collectorMaker struct{ standIn }

func (collectorMaker) CreatePropertyCollector(ctx *simulator.Context, _ *types.CreatePropertyCollector) soap.HasFault {
	made := ctx.Session.Registry.Put(newCollector())
	return &methods.CreatePropertyCollectorBody{
		Res: &types.CreatePropertyCollectorResponse{Returnval: made.Reference()},
	}
}

func canceled(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
	return nil, &types.RequestCanceled{}
}

// storageAdvice recommends for clones as well: the simulator wants a detail that real clients leave
// out there.
type storageAdvice struct {
	standIn
	manager *simulator.StorageResourceManager
}

func (s storageAdvice) RecommendDatastores(ctx *simulator.Context, req *types.RecommendDatastores) soap.HasFault {
	selection := &req.StorageSpec.PodSelectionSpec
	if len(selection.InitialVmConfig) == 0 && selection.StoragePod != nil {
		selection.InitialVmConfig = []types.VmPodConfigForPlacement{{StoragePod: *selection.StoragePod}}
	}
	return s.manager.RecommendDatastores(ctx, req)
}

// templateMarker tells watchers of the change.
type templateMarker struct {
	standIn
	vm *simulator.VirtualMachine
}

func (t templateMarker) MarkAsTemplate(ctx *simulator.Context, req *types.MarkAsTemplate) soap.HasFault {
	res := t.vm.MarkAsTemplate(req)
	if res.Fault() == nil {
		ctx.Update(t.vm, []types.PropertyChange{{Name: "config.template", Val: true}})
	}
	return res
}
