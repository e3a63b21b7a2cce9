package main

import (
	"path"
	"sync"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	anything = "*"
	inCall   = "call"
	inTask   = "task"
)

// rule breaks calls of one SOAP method: on objects whose name matches the pattern Name, after
// letting Skip of them pass, Count times (0: always). In "call" the request itself fails; in "task"
// the request returns a task, and that fails.
type rule struct {
	Method string `json:"method"`
	Name   string `json:"name"`
	Fault  string `json:"fault"`
	In     string `json:"in"`
	Skip   int    `json:"skip"`
	Count  int    `json:"count"`
	Hits   int    `json:"hits"`
	seen   int
}

func (r *rule) fault(object types.ManagedObjectReference) types.BaseMethodFault {
	return faults[r.Fault](object)
}

func (r *rule) matches(method string, target mo.Reference) bool {
	if r.Method != anything && r.Method != method {
		return false
	}
	if r.Name == anything {
		return true
	}
	entity, ok := target.(mo.Entity)
	if !ok {
		return false
	}
	matched, _ := path.Match(r.Name, entity.Entity().Name)
	return matched
}

type ruleBook struct {
	mutex sync.Mutex
	rules []*rule
}

func (b *ruleBook) add(added *rule) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.rules = append(b.rules, added)
}

func (b *ruleBook) clear() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.rules = nil
}

func (b *ruleBook) read() []rule {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	copied := []rule{}
	for _, one := range b.rules {
		copied = append(copied, *one)
	}
	return copied
}

func (b *ruleBook) match(method string, target mo.Reference) *rule {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, one := range b.rules {
		if !one.matches(method, target) {
			continue
		}
		one.seen++
		if one.seen <= one.Skip || (one.Count > 0 && one.Hits >= one.Count) {
			continue
		}
		one.Hits++
		return one
	}
	return nil
}
