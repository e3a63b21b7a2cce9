package main

import (
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type properties map[string]types.AnyType

// filter remembers what its client was told, to tell the difference.
type filter struct {
	Self  types.ManagedObjectReference
	owner *collector
	spec  types.PropertyFilterSpec
	tasks bool
	told  map[types.ManagedObjectReference]properties
}

func newFilter(owner *collector, spec types.PropertyFilterSpec) *filter {
	spec.ReportMissingObjectsInResults = types.NewBool(true)
	isTask := func(p types.PropertySpec) bool { return p.Type == "Task" }
	return &filter{
		Self:  types.ManagedObjectReference{Type: "PropertyFilter", Value: "lab-" + uuid.NewString()},
		owner: owner,
		spec:  spec,
		tasks: slices.ContainsFunc(spec.PropSet, isTask),
		told:  make(map[types.ManagedObjectReference]properties),
	}
}

func (f *filter) Reference() types.ManagedObjectReference { return f.Self }

// concerns is coarse: it keeps the many events of tasks from those who watch machines.
func (f *filter) concerns(ref types.ManagedObjectReference) bool {
	isStart := func(o types.ObjectSpec) bool { return o.Obj == ref }
	return f.tasks == (ref.Type == "Task") || slices.ContainsFunc(f.spec.ObjectSet, isStart)
}

func (f *filter) DestroyPropertyFilter(ctx *simulator.Context, _ *types.DestroyPropertyFilter) soap.HasFault {
	f.owner.mutex.Lock()
	f.owner.filters = slices.DeleteFunc(slices.Clone(f.owner.filters), func(one *filter) bool { return one == f })
	f.owner.mutex.Unlock()
	ctx.Session.Registry.Remove(ctx, f.Self)
	return &methods.DestroyPropertyFilterBody{Res: new(types.DestroyPropertyFilterResponse)}
}

func changesOf(ctx *simulator.Context, filters []*filter) []types.PropertyFilterUpdate {
	var updates []types.PropertyFilterUpdate
	for _, f := range filters {
		if objects := f.changes(ctx); len(objects) > 0 {
			updates = append(updates, types.PropertyFilterUpdate{Filter: f.Self, ObjectSet: objects})
		}
	}
	return updates
}

func (f *filter) changes(ctx *simulator.Context) []types.ObjectUpdate {
	var updates []types.ObjectUpdate
	now := f.read(ctx)
	for ref, values := range now {
		before, known := f.told[ref]
		update := types.ObjectUpdate{Obj: ref, Kind: types.ObjectUpdateKindEnter}
		if known {
			update.Kind = types.ObjectUpdateKindModify
		}
		update.ChangeSet = differences(before, values)
		if !known || len(update.ChangeSet) > 0 {
			updates = append(updates, update)
		}
	}
	for ref := range f.told {
		if _, still := now[ref]; !still {
			updates = append(updates, types.ObjectUpdate{Obj: ref, Kind: types.ObjectUpdateKindLeave})
		}
	}
	f.told = now
	return updates
}

func (f *filter) read(ctx *simulator.Context) map[types.ManagedObjectReference]properties {
	found := make(map[types.ManagedObjectReference]properties)
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

func differences(before, now properties) []types.PropertyChange {
	var changes []types.PropertyChange
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if old, known := before[name]; !known || !reflect.DeepEqual(old, now[name]) {
			assign := types.PropertyChange{Name: name, Op: types.PropertyChangeOpAssign, Val: now[name]}
			changes = append(changes, assign)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, still := now[name]; !still {
			gone := types.PropertyChange{Name: name, Op: types.PropertyChangeOpIndirectRemove}
			changes = append(changes, gone)
		}
	}
	return changes
}

// paginate cuts updates into sets of at most pageSize objects.
func paginate(updates []types.PropertyFilterUpdate) []types.UpdateSet {
	var pages []types.UpdateSet
	room := 0
	for _, update := range updates {
		for objects := update.ObjectSet; len(objects) > 0; {
			if room == 0 {
				pages, room = append(pages, types.UpdateSet{}), pageSize
			}
			n := min(room, len(objects))
			page := &pages[len(pages)-1]
			part := types.PropertyFilterUpdate{Filter: update.Filter, ObjectSet: objects[:n]}
			page.FilterSet = append(page.FilterSet, part)
			objects, room = objects[n:], room-n
		}
	}
	return pages
}
