package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// The inventory, all in datacenter DC1:
//
//	host       compute-1 (3 hosts, pool "production"), compute-2 (3 hosts, pool "staging")
//	vm         templates (see templates.go), kubernetes
//	datastore  storage (a datastore cluster: storage-1, storage-2), local-1
//	network    VM Network, switch-1 with the port groups nodes and storage-net
var clusters = []struct{ name, pool string }{
	{"compute-1", "production"}, {"compute-2", "staging"},
}

const hostsPerCluster = 3

type builder struct {
	ctx     context.Context
	client  *vim25.Client
	folder  string
	folders *object.DatacenterFolders
	hosts   []*object.HostSystem
	pools   []*object.ResourcePool
}

func buildInventory(model *simulator.Model, folder string) error {
	ctx := model.Service.Context
	client, err := vim25.NewClient(ctx, model.Service)
	if err != nil {
		return err
	}
	datacenter, err := object.NewRootFolder(client).CreateDatacenter(ctx, "DC1")
	if err != nil {
		return err
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	b := &builder{ctx: ctx, client: client, folder: folder, folders: folders}
	for _, step := range []func() error{b.compute, b.network, b.storage, b.machines} {
		if err := step(); err != nil {
			return fmt.Errorf("building the inventory: %w", err)
		}
	}
	return nil
}

func (b *builder) compute() error {
	for _, cluster := range clusters {
		created, err := b.folders.HostFolder.CreateCluster(b.ctx, cluster.name, types.ClusterConfigSpecEx{})
		if err != nil {
			return err
		}
		if err := b.addHosts(created, cluster.name); err != nil {
			return err
		}
		root, err := created.ResourcePool(b.ctx)
		if err != nil {
			return err
		}
		pool, err := root.Create(b.ctx, cluster.pool, types.DefaultResourceConfigSpec())
		if err != nil {
			return err
		}
		b.pools = append(b.pools, pool)
	}
	return nil
}

func (b *builder) addHosts(cluster *object.ClusterComputeResource, name string) error {
	for i := 1; i <= hostsPerCluster; i++ {
		spec := types.HostConnectSpec{HostName: fmt.Sprintf("%s-host-%d", name, i)}
		task, err := cluster.AddHost(b.ctx, spec, true, nil, nil)
		info, err := b.result(task, err)
		if err != nil {
			return err
		}
		host := object.NewHostSystem(b.client, info.Result.(types.ManagedObjectReference))
		b.hosts = append(b.hosts, host)
	}
	return nil
}

func (b *builder) network() error {
	config := &types.VMwareDVSConfigSpec{}
	config.Name = "switch-1"
	task, err := b.folders.NetworkFolder.CreateDVS(b.ctx, types.DVSCreateSpec{ConfigSpec: config})
	info, err := b.result(task, err)
	if err != nil {
		return err
	}
	dvs := object.NewDistributedVirtualSwitch(b.client, info.Result.(types.ManagedObjectReference))
	task, err = dvs.Reconfigure(b.ctx, &types.DVSConfigSpec{Host: b.members()})
	if _, err = b.result(task, err); err != nil {
		return err
	}
	task, err = dvs.AddPortgroup(b.ctx, []types.DVPortgroupConfigSpec{
		portGroup("nodes"), portGroup("storage-net"),
	})
	_, err = b.result(task, err)
	return err
}

func (b *builder) members() []types.DistributedVirtualSwitchHostMemberConfigSpec {
	var members []types.DistributedVirtualSwitchHostMemberConfigSpec
	for _, host := range b.hosts {
		members = append(members, types.DistributedVirtualSwitchHostMemberConfigSpec{
			Operation: string(types.ConfigSpecOperationAdd), Host: host.Reference(),
		})
	}
	return members
}

func portGroup(name string) types.DVPortgroupConfigSpec {
	kind := string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding)
	return types.DVPortgroupConfigSpec{Name: name, Type: kind, NumPorts: 512}
}

func (b *builder) storage() error {
	pod, err := b.folders.DatastoreFolder.CreateStoragePod(b.ctx, "storage")
	if err != nil {
		return err
	}
	enabled := types.StorageDrsConfigSpec{
		PodConfigSpec: &types.StorageDrsPodConfigSpec{Enabled: types.NewBool(true)},
	}
	manager := object.NewStorageResourceManager(b.client)
	task, err := manager.ConfigureStorageDrsForPod(b.ctx, pod, enabled, true)
	if _, err = b.result(task, err); err != nil {
		return err
	}
	var members []types.ManagedObjectReference
	for _, name := range []string{"storage-1", "storage-2", "local-1"} {
		datastore, err := b.datastore(name)
		if err != nil {
			return err
		}
		members = append(members, *datastore)
	}
	task, err = pod.MoveInto(b.ctx, members[:2])
	_, err = b.result(task, err)
	return err
}

// datastore mounts one folder on every host, which makes it one shared datastore.
func (b *builder) datastore(name string) (*types.ManagedObjectReference, error) {
	folder := filepath.Join(b.folder, "datastores", name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	var reference types.ManagedObjectReference
	for _, host := range b.hosts {
		system, err := host.ConfigManager().DatastoreSystem(b.ctx)
		if err != nil {
			return nil, err
		}
		datastore, err := system.CreateLocalDatastore(b.ctx, name, folder)
		if err != nil {
			return nil, err
		}
		// Only the first host's answer names the object that is kept.
		if reference.Value == "" {
			reference = datastore.Reference()
		}
	}
	return &reference, nil
}

func (b *builder) result(task *object.Task, err error) (*types.TaskInfo, error) {
	if err != nil {
		return nil, err
	}
	return task.WaitForResult(b.ctx, nil)
}
