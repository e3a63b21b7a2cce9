package main

import (
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type (
	properties map[string]types.AnyType
	objects    map[types.ManagedObjectReference]properties
	state      map[types.ManagedObjectReference]objects // by filter
)

// history knows what clients were told with which version, so that several can share a collector.
type history struct {
	now     state
	told    map[string]told
	version int
}

// told: with the rest of the pages, the client knows all of state.
type told struct {
	state state
	rest  []types.UpdateSet
}

const (
	pageSize    = 100 // as vCenter's
	longestTold = 32
)

func stateOf(ctx *simulator.Context, filters []*filter) state {
	found := make(state)
	for _, f := range filters {
		found[f.Self] = f.read(ctx)
	}
	return found
}

// since returns the next page of what differs from that version, or nil. Of an unknown version,
// such as the empty one, all differs.
func (h *history) since(version string) *types.UpdateSet {
	last := h.told[version]
	if len(last.rest) == 0 {
		last = told{h.now, paginate(changes(last.state, h.now))}
	}
	if len(last.rest) == 0 {
		return nil
	}
	set := last.rest[0]
	last.rest = last.rest[1:]
	h.version++
	set.Version = strconv.Itoa(h.version)
	set.Truncated = types.NewBool(len(last.rest) > 0)
	h.remember(set.Version, last)
	return &set
}

func (h *history) remember(version string, what told) {
	if h.told == nil {
		h.told = make(map[string]told)
	}
	h.told[version] = what
	delete(h.told, strconv.Itoa(h.version-longestTold))
}

func changes(before, now state) []types.PropertyFilterUpdate {
	var updates []types.PropertyFilterUpdate
	for filter, objects := range now {
		if changed := objectChanges(before[filter], objects); len(changed) > 0 {
			updates = append(updates, types.PropertyFilterUpdate{Filter: filter, ObjectSet: changed})
		}
	}
	return updates
}

func objectChanges(before, now objects) []types.ObjectUpdate {
	var updates []types.ObjectUpdate
	for ref, values := range now {
		old, known := before[ref]
		update := types.ObjectUpdate{Obj: ref, Kind: types.ObjectUpdateKindEnter}
		if known {
			update.Kind = types.ObjectUpdateKindModify
		}
		update.ChangeSet = propertyChanges(old, values)
		if !known || len(update.ChangeSet) > 0 {
			updates = append(updates, update)
		}
	}
	for ref := range before {
		if _, still := now[ref]; !still {
			updates = append(updates, types.ObjectUpdate{Obj: ref, Kind: types.ObjectUpdateKindLeave})
		}
	}
	return updates
}

func propertyChanges(before, now properties) []types.PropertyChange {
	var changed []types.PropertyChange
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if old, known := before[name]; !known || !reflect.DeepEqual(old, now[name]) {
			assign := types.PropertyChange{Name: name, Op: types.PropertyChangeOpAssign, Val: now[name]}
			changed = append(changed, assign)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, still := now[name]; !still {
			gone := types.PropertyChange{Name: name, Op: types.PropertyChangeOpIndirectRemove}
			changed = append(changed, gone)
		}
	}
	return changed
}

// paginate cuts updates into sets of at most pageSize objects.
func paginate(updates []types.PropertyFilterUpdate) []types.UpdateSet {
	var pages []types.UpdateSet
	room := 0
	for _, update := range updates {
		for rest := update.ObjectSet; len(rest) > 0; {
			if room == 0 {
				pages, room = append(pages, types.UpdateSet{}), pageSize
			}
			n := min(room, len(rest))
			page := &pages[len(pages)-1]
			part := types.PropertyFilterUpdate{Filter: update.Filter, ObjectSet: rest[:n]}
			page.FilterSet = append(page.FilterSet, part)
			rest, room = rest[n:], room-n
		}
	}
	return pages
}
