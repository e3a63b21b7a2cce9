package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// control is what tests and the lab use beside the vSphere API:
//
//	GET, DELETE        /requests  SOAP requests by method since the last DELETE; ?without=AGENT
//	GET, POST, DELETE  /faults    rules (see rule) and how often each was hit
//	PUT, DELETE        /delays    how long tasks take, milliseconds by SOAP method
//	DELETE             /sessions  end every session, as an idle time-out does
type control struct {
	registry *simulator.Registry
	counter  counter
	rules    ruleBook
	sessions sessionBook
}

func newControl(model *simulator.Model) *control {
	c := &control{registry: model.Map()}
	c.sessions.known = make(map[string]*simulator.Session)
	model.Map().Handler = c.intercept
	return c
}

// intercept sees every SOAP call before the simulator does, and may have it served by a stand-in.
func (c *control) intercept(ctx *simulator.Context, call *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	c.counter.add(agentOf(ctx), call.Name)
	if fault := c.sessions.check(ctx, call); fault != nil {
		return nil, fault
	}
	if ctx.Session == nil {
		return nil, nil
	}
	target := ctx.Session.Get(call.This)
	if target == nil {
		return nil, nil
	}
	if rule := c.rules.match(call.Name, target); rule != nil {
		fault := rule.fault(call.This)
		if rule.In == inCall {
			return nil, fault
		}
		redirect(ctx, call, &failingTask{standInFor(call), target, fault})
	} else if object := c.fillGap(ctx, call, target); object != nil {
		redirect(ctx, call, object)
	}
	return nil, nil
}

func agentOf(ctx *simulator.Context) string {
	if ctx.Session == nil {
		return ""
	}
	return ctx.Session.UserAgent
}

// redirect lets another object serve the call. The simulator would prefer the session's own view of
// the called object to one returned by a handler, so the call itself is changed.
func redirect(ctx *simulator.Context, call *simulator.Method, object mo.Reference) {
	ctx.Session.Registry.Put(object)
	call.This = object.Reference()
}

// standIn is the part of a stand-in that gives it a reference of its own.
type standIn struct{ reference types.ManagedObjectReference }

func (s standIn) Reference() types.ManagedObjectReference { return s.reference }

func standInFor(call *simulator.Method) standIn {
	return standIn{types.ManagedObjectReference{Type: "LabStandIn", Value: call.Name + " " + call.This.Value}}
}

func (c *control) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, r *http.Request) {
		answer(w, c.counter.read(r.FormValue("without")))
	})
	mux.HandleFunc("DELETE /requests", func(http.ResponseWriter, *http.Request) { c.counter.reset() })
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, c.rules.read()) })
	mux.HandleFunc("POST /faults", c.addRule)
	mux.HandleFunc("DELETE /faults", func(http.ResponseWriter, *http.Request) { c.rules.clear() })
	mux.HandleFunc("PUT /delays", setDelays)
	mux.HandleFunc("DELETE /delays", func(http.ResponseWriter, *http.Request) { applyDelays(nil) })
	mux.HandleFunc("DELETE /sessions", func(http.ResponseWriter, *http.Request) { c.sessions.end() })
	return mux
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (c *control) addRule(w http.ResponseWriter, r *http.Request) {
	added := &rule{Method: anything, Name: anything, In: inCall}
	if err := json.NewDecoder(r.Body).Decode(added); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, known := faults[added.Fault]; !known {
		http.Error(w, fmt.Sprintf("unknown fault %q", added.Fault), http.StatusBadRequest)
		return
	}
	c.rules.add(added)
}

func setDelays(w http.ResponseWriter, r *http.Request) {
	var delays map[string]int
	if err := json.NewDecoder(r.Body).Decode(&delays); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	applyDelays(delays)
}

// applyDelays also keeps properties readable while a delayed task works on their object.
func applyDelays(delays map[string]int) {
	byTask := map[string]int{"LockHandoff": 0}
	maps.Copy(byTask, delays)
	simulator.TaskDelay.MethodDelay = byTask
}
