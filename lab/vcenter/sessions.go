package main

import (
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// sessionBook can end sessions without their owners' help.
type sessionBook struct {
	mutex sync.Mutex
	known map[string]*simulator.Session
	ended time.Time
}

func (b *sessionBook) check(ctx *simulator.Context, call *simulator.Method) types.BaseMethodFault {
	if ctx.Session == nil {
		return nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if ctx.Session.LoginTime.Before(b.ended) {
		return faults["not-authenticated"](call.This)
	}
	b.known[ctx.Session.Key] = ctx.Session
	return nil
}

func (b *sessionBook) end() {
	b.mutex.Lock()
	sessions := b.known
	b.known, b.ended = make(map[string]*simulator.Session), time.Now()
	b.mutex.Unlock()
	for _, session := range sessions {
		cancelWaits(session)
	}
}

// cancelWaits ends the long polls of a session, as the end of a real session does.
func cancelWaits(session *simulator.Session) {
	for _, object := range session.Registry.AllReference("PropertyCollector") {
		if waiting, ok := object.(*collector); ok {
			waiting.stop()
			session.Map.RemoveHandler(waiting)
		}
	}
}
