package main

import (
	"maps"
	"sync"
)

type counter struct {
	mutex    sync.Mutex
	byMethod map[string]int
}

func (c *counter) add(method string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.byMethod == nil {
		c.byMethod = make(map[string]int)
	}
	c.byMethod[method]++
}

func (c *counter) read() map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	copied := make(map[string]int, len(c.byMethod))
	maps.Copy(copied, c.byMethod)
	return copied
}

func (c *counter) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.byMethod = nil
}
