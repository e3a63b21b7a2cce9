package main

import (
	"context"
	"strconv"
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

	mutex   sync.Mutex
	filters []*filter
	version int
	pages   []types.UpdateSet
	dirty   bool
	changed chan struct{}
	cancel  context.CancelFunc
}

const (
	pageSize = 100 // as vCenter's
	// Between two looks: at least this, and so much longer than a look that looking takes a
	// fifth of a processor at most.
	shortestPause = 20 * time.Millisecond
	pauseFactor   = 4
)

func newCollector() *collector {
	return &collector{
		Self:    types.ManagedObjectReference{Type: "PropertyCollector", Value: "lab-" + uuid.NewString()},
		changed: make(chan struct{}, 1),
	}
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

func (c *collector) markDirty() {
	c.dirty = true
	select {
	case c.changed <- struct{}{}:
	default:
	}
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

func (c *collector) stop() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.cancel != nil {
		c.cancel()
	}
}

func (c *collector) WaitForUpdatesEx(ctx *simulator.Context, req *types.WaitForUpdatesEx) soap.HasFault {
	waiting, limit := c.begin(req)
	body := &methods.WaitForUpdatesExBody{Res: new(types.WaitForUpdatesExResponse)}
	for {
		started := time.Now()
		if set := c.next(ctx); set != nil {
			body.Res.Returnval = set
			return body
		}
		pause := max(shortestPause, pauseFactor*time.Since(started))
		select {
		case <-waiting.Done():
			return &methods.WaitForUpdatesExBody{Fault_: simulator.Fault("", new(types.RequestCanceled))}
		case <-limit:
			return body
		case <-c.changed:
			time.Sleep(pause)
		}
	}
}

// begin makes the wait one that can be cancelled; without a version, all is told anew.
func (c *collector) begin(req *types.WaitForUpdatesEx) (context.Context, <-chan time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var waiting context.Context
	waiting, c.cancel = context.WithCancel(context.Background())
	if req.Version == "" {
		c.pages, c.dirty = nil, true
		for _, f := range c.filters {
			f.told = make(map[types.ManagedObjectReference]properties)
		}
	}
	if req.Options == nil || req.Options.MaxWaitSeconds == nil {
		return waiting, nil
	}
	return waiting, time.After(time.Duration(*req.Options.MaxWaitSeconds) * time.Second)
}

// next returns a page of what has changed, or nil.
func (c *collector) next(ctx *simulator.Context) *types.UpdateSet {
	c.mutex.Lock()
	filters, look := c.filters, c.dirty && len(c.pages) == 0
	if look {
		c.dirty = false
	}
	c.mutex.Unlock()
	var pages []types.UpdateSet
	if look {
		// Not under the mutex: whoever holds an object's lock may be waiting for it in note.
		pages = paginate(changesOf(ctx, filters))
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.pages = append(c.pages, pages...)
	if len(c.pages) == 0 {
		return nil
	}
	set := c.pages[0]
	c.pages = c.pages[1:]
	c.version++
	set.Version = strconv.Itoa(c.version)
	set.Truncated = types.NewBool(len(c.pages) > 0)
	return &set
}
