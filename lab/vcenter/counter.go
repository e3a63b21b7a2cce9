package main

import (
	"strings"
	"sync"
)

// counter counts by user agent and method. Requests before a login have no user agent here.
type counter struct {
	mutex  sync.Mutex
	counts map[string]map[string]int
}

func (c *counter) add(agent, method string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]map[string]int)
	}
	if c.counts[agent] == nil {
		c.counts[agent] = make(map[string]int)
	}
	c.counts[agent][method]++
}

// read sums up by method, leaving out agents that begin with the given prefix unless that is empty.
func (c *counter) read(without string) map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	sums := make(map[string]int)
	for agent, methods := range c.counts {
		if without != "" && strings.HasPrefix(agent, without) {
			continue
		}
		for method, count := range methods {
			sums[method] += count
		}
	}
	return sums
}

func (c *counter) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts = nil
}
