package main

import (
	"slices"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type filter struct {
	Self  types.ManagedObjectReference
	owner *collector
	spec  types.PropertyFilterSpec
	tasks bool
}

func newFilter(owner *collector, spec types.PropertyFilterSpec) *filter {
	spec.ReportMissingObjectsInResults = types.NewBool(true)
	isTask := func(p types.PropertySpec) bool { return p.Type == "Task" }
	return &filter{
		Self:  types.ManagedObjectReference{Type: "PropertyFilter", Value: "lab-" + uuid.NewString()},
		owner: owner,
		spec:  spec,
		tasks: slices.ContainsFunc(spec.PropSet, isTask),
	}
}

func (f *filter) Reference() types.ManagedObjectReference { return f.Self }

// concerns is coarse: it keeps the many events of tasks from those who watch machines.
func (f *filter) concerns(ref types.ManagedObjectReference) bool {
	isStart := func(o types.ObjectSpec) bool { return o.Obj == ref }
	return f.tasks == (ref.Type == "Task") || slices.ContainsFunc(f.spec.ObjectSet, isStart)
}

func (f *filter) DestroyPropertyFilter(ctx *simulator.Context, _ *types.DestroyPropertyFilter) soap.HasFault {
	isThis := func(one *filter) bool { return one == f }
	f.owner.mutex.Lock()
	f.owner.filters = slices.DeleteFunc(slices.Clone(f.owner.filters), isThis)
	f.owner.markDirty()
	f.owner.mutex.Unlock()
	ctx.Session.Registry.Remove(ctx, f.Self)
	return &methods.DestroyPropertyFilterBody{Res: new(types.DestroyPropertyFilterResponse)}
}

func (f *filter) read(ctx *simulator.Context) objects {
	found := make(objects)
	request := &types.RetrievePropertiesEx{SpecSet: []types.PropertyFilterSpec{f.spec}}
	body := new(simulator.PropertyCollector).RetrievePropertiesEx(ctx, request)
	result, ok := body.(*methods.RetrievePropertiesExBody)
	if !ok || result.Res == nil || result.Res.Returnval == nil {
		return found
	}
	for _, object := range result.Res.Returnval.Objects {
		values := make(properties)
		for _, property := range object.PropSet {
			values[property.Name] = property.Val
		}
		found[object.Obj] = values
	}
	return found
}
