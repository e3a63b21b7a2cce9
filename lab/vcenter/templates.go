package main

import (
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	templateDiskBytes = 20 << 30
	templateDatastore = "local-1"
)

// templateOption tells the lab's guests which template a VM was cloned from.
const templateOption = "lab.template"

// sourceOption tells them the id of what a VM was cloned from, which may have become a template later.
const sourceOption = "lab.source"

// debian-12-plain carries no Kubernetes.
var templates = []struct {
	name  string
	guest types.VirtualMachineGuestOsIdentifier
}{
	{"debian-12-node", types.VirtualMachineGuestOsIdentifierDebian12_64Guest},
	{"debian-12-node-1.34", types.VirtualMachineGuestOsIdentifierDebian12_64Guest},
	{"debian-12-plain", types.VirtualMachineGuestOsIdentifierDebian12_64Guest},
	{"ubuntu-24.04-node", types.VirtualMachineGuestOsIdentifierUbuntu64Guest},
}

func (b *builder) machines() error {
	if _, err := b.folders.VmFolder.CreateFolder(b.ctx, "kubernetes"); err != nil {
		return err
	}
	folder, err := b.folders.VmFolder.CreateFolder(b.ctx, "templates")
	if err != nil {
		return err
	}
	for _, template := range templates {
		if err := b.template(folder, template.name, template.guest); err != nil {
			return fmt.Errorf("template %s: %w", template.name, err)
		}
	}
	return nil
}

func (b *builder) template(
	folder *object.Folder, name string, guest types.VirtualMachineGuestOsIdentifier,
) error {
	spec := types.VirtualMachineConfigSpec{
		Name: name, GuestId: string(guest), NumCPUs: 1, MemoryMB: 1024,
		Files:       &types.VirtualMachineFileInfo{VmPathName: "[" + templateDatastore + "]"},
		ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: templateOption, Value: name}},
	}
	var err error
	if spec.DeviceChange, err = templateDevices(name); err != nil {
		return err
	}
	task, err := folder.CreateVM(b.ctx, spec, b.pools[0], b.hosts[0])
	info, err := b.result(task, err)
	if err != nil {
		return err
	}
	vm := object.NewVirtualMachine(b.client, info.Result.(types.ManagedObjectReference))
	return vm.MarkAsTemplate(b.ctx)
}

func templateDevices(name string) ([]types.BaseVirtualDeviceConfigSpec, error) {
	var devices object.VirtualDeviceList
	scsi, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return nil, err
	}
	file := fmt.Sprintf("[%s] %s/disk1.vmdk", templateDatastore, name)
	disk := devices.CreateDisk(scsi.(types.BaseVirtualController), types.ManagedObjectReference{}, file)
	disk.CapacityInBytes, disk.CapacityInKB = templateDiskBytes, templateDiskBytes>>10
	nic, err := devices.CreateEthernetCard("vmxnet3", &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: "VM Network"},
	})
	if err != nil {
		return nil, err
	}
	devices = append(devices, scsi, disk, nic)
	return devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
}
