package main

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// collector is a property collector that looks at the inventory once for all changes of a moment.
// The simulator's own looks once per change, which takes minutes of computing time for a hundred
// VMs, and locks up when objects are made while it looks.
type collector struct {
	Self types.ManagedObjectReference

	looking sync.Mutex // held while looking; guards history
	history history

	mutex   sync.Mutex // held for moments only; guards what follows
	filters []*filter
	dirty   bool
	changed chan struct{}
	ended   context.Context
	end     context.CancelFunc
}

// Between two looks: at least this, and so much longer than a look that looking takes a fifth of a
// processor at most.
const (
	shortestPause = 20 * time.Millisecond
	pauseFactor   = 4
)

func newCollector() *collector {
	c := &collector{
		Self:    types.ManagedObjectReference{Type: "PropertyCollector", Value: "lab-" + uuid.NewString()},
		changed: make(chan struct{}),
	}
	c.ended, c.end = context.WithCancel(context.Background())
	return c
}

func (c *collector) Reference() types.ManagedObjectReference { return c.Self }

// Lock and Unlock opt out of the simulator's locking: a wait must not block other calls.
func (c *collector) Lock()   {}
func (c *collector) Unlock() {}

func (c *collector) PutObject(_ *simulator.Context, o mo.Reference) { c.note(o.Reference()) }

func (c *collector) UpdateObject(_ *simulator.Context, o mo.Reference, _ []types.PropertyChange) {
	c.note(o.Reference())
}

func (c *collector) RemoveObject(_ *simulator.Context, ref types.ManagedObjectReference) { c.note(ref) }

func (c *collector) note(ref types.ManagedObjectReference) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, f := range c.filters {
		if f.concerns(ref) {
			c.markDirty()
			return
		}
	}
}

// markDirty wakes all that wait.
func (c *collector) markDirty() {
	c.dirty = true
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *collector) CreateFilter(ctx *simulator.Context, req *types.CreateFilter) soap.HasFault {
	f := newFilter(c, req.Spec)
	ctx.Session.Registry.Put(f)
	c.mutex.Lock()
	c.filters = append(c.filters, f)
	c.markDirty()
	c.mutex.Unlock()
	ctx.Map.AddHandler(c)
	return &methods.CreateFilterBody{Res: &types.CreateFilterResponse{Returnval: f.Self}}
}

func (c *collector) DestroyPropertyCollector(ctx *simulator.Context, _ *types.DestroyPropertyCollector) soap.HasFault {
	c.stop()
	ctx.Map.RemoveHandler(c)
	ctx.Session.Registry.Remove(ctx, c.Self)
	return &methods.DestroyPropertyCollectorBody{Res: new(types.DestroyPropertyCollectorResponse)}
}

func (c *collector) CancelWaitForUpdates(*types.CancelWaitForUpdates) soap.HasFault {
	c.stop()
	return &methods.CancelWaitForUpdatesBody{Res: new(types.CancelWaitForUpdatesResponse)}
}

// stop ends the waits that are under way.
func (c *collector) stop() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.end()
	c.ended, c.end = context.WithCancel(context.Background())
}

// WaitForUpdates is deprecated, and what pyVim's WaitForTask uses.
func (c *collector) WaitForUpdates(ctx *simulator.Context, req *types.WaitForUpdates) soap.HasFault {
	body := c.WaitForUpdatesEx(ctx, &types.WaitForUpdatesEx{This: req.This, Version: req.Version})
	if fault := body.Fault(); fault != nil {
		return &methods.WaitForUpdatesBody{Fault_: fault}
	}
	set := body.(*methods.WaitForUpdatesExBody).Res.Returnval
	return &methods.WaitForUpdatesBody{Res: &types.WaitForUpdatesResponse{Returnval: *set}}
}

func (c *collector) WaitForUpdatesEx(ctx *simulator.Context, req *types.WaitForUpdatesEx) soap.HasFault {
	body := &methods.WaitForUpdatesExBody{Res: new(types.WaitForUpdatesExResponse)}
	c.mutex.Lock()
	ended := c.ended
	c.mutex.Unlock()
	limit := limitOf(req.Options)
	for {
		started := time.Now()
		set, changed := c.look(ctx, req.Version)
		if set != nil {
			body.Res.Returnval = set
			return body
		}
		pause := max(shortestPause, pauseFactor*time.Since(started))
		select {
		case <-ended.Done():
			return &methods.WaitForUpdatesExBody{Fault_: simulator.Fault("", new(types.RequestCanceled))}
		case <-limit:
			return body
		case <-changed:
			time.Sleep(pause)
		}
	}
}

func limitOf(options *types.WaitOptions) <-chan time.Time {
	if options == nil || options.MaxWaitSeconds == nil {
		return nil
	}
	return time.After(time.Duration(*options.MaxWaitSeconds) * time.Second)
}

// look returns what has changed since that version, or nil and what tells of the next change.
func (c *collector) look(ctx *simulator.Context, version string) (*types.UpdateSet, <-chan struct{}) {
	c.looking.Lock()
	defer c.looking.Unlock()
	c.mutex.Lock()
	filters, dirty, changed := c.filters, c.dirty, c.changed
	c.dirty = false
	c.mutex.Unlock()
	// Not under the mutex: whoever holds an object's lock may be waiting for it in note.
	if dirty {
		c.history.now = stateOf(ctx, filters)
	}
	return c.history.since(version), changed
}
