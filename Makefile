SHELL := bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PIP_COMPILE := .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-header --no-emit-options --annotation-style=line
# What the lab's machines and their network take of Debian.
MACHINES := dnsmasq-base iproute2 systemd-container util-linux
# As many as tests/lanes.py lets run tests that wait a lot.
TEST_PROCESSES := 5
# Hundreds of processes of ours start in tests: without bytecode each compiles all it imports anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test check format up down lab lab-up lab-down lab-shell lab-kill kubernetes guests packer packer-check bench vip requirements

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the other targets need into .venv (they call it themselves)
	@scripts/setup.sh

demo: setup ## Create, scale and delete a cluster on a simulated vCenter, from nothing
	@$(PYTHON) -m lab.demo

test: check guests ## Run the checks, then every test; builds what they need once (needs root)
	@scripts/debian.sh apt-utils cloud-init gnupg haproxy keepalived nftables procps $(MACHINES)
	$(PYTHON) -m pytest --no-loadscope-reorder --numprocesses $(TEST_PROCESSES)

check: setup packer-check ## Lint, format, types, import rules, image templates; changes nothing
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-logo

format: setup ## Bring the code into the house format and mend what ruff can mend
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

up: setup ## Start the whole stack, leave it running, describe it in .lab/stack.json
	@$(PYTHON) -m lab.stack up

down: setup ## End the stack that `make up` started; the next one starts empty
	@$(PYTHON) -m lab.stack down

lab: guests ## A cluster's life on real machines: only the hypervisor is simulated (needs root)
	@scripts/debian.sh $(MACHINES)
	@$(PYTHON) -m lab.story run

lab-up: guests ## Start that lab with a cluster in it, leave it running, say how to play with it (needs root)
	@scripts/debian.sh $(MACHINES)
	@$(PYTHON) -m lab.story up

lab-down: setup ## End the lab that `make lab-up` started
	@$(PYTHON) -m lab.story down

lab-shell: setup ## A shell in that lab's network; with NODE=<name> on that machine
	@$(PYTHON) -m lab.story shell $(NODE)

lab-kill: setup ## Power off and delete the VM of NODE=<name> in that lab's vCenter
	@$(PYTHON) -m lab.story kill $(NODE)

kubernetes: setup ## Build the lab's Kubernetes 1.35 and 1.34 into its cache (about fifteen minutes once)
	@scripts/debian.sh gcc libc6-dev
	@$(PYTHON) -m lab.kubernetes

guests: setup ## Prepare what the lab's machines boot from: Debian, Kubernetes 1.35, images (needs root)
	@scripts/debian.sh apt-utils gcc gnupg libc6-dev mmdebstrap
	@$(PYTHON) -m lab.guestos

packer: setup ## Build Packer and its vSphere plugin into the lab's cache (two minutes once)
	@$(PYTHON) -m lab.packer

packer-check: setup ## Check the image templates in packer/ by Packer itself and their scripts by shellcheck
	@scripts/debian.sh shellcheck
	@$(PYTHON) -m lab.packer --check

bench: setup ## Measure a 100-VM pool against a raw vSphere loop; writes build/bench.json
	@$(PYTHON) -m lab.bench

vip: setup ## Kill what carries floating addresses, measure outages; writes build/vip.json, lb.json (needs root)
	@scripts/debian.sh dnsmasq-base haproxy iproute2 keepalived nftables procps
	@$(PYTHON) -m pytest -q tests/net

requirements: setup ## Lock the dependencies again (versions stay unless a range forbids them)
	$(PIP_COMPILE) --output-file requirements/runtime.txt pyproject.toml
	$(PIP_COMPILE) --output-file requirements/dev.txt requirements/dev.in
	$(PIP_COMPILE) --output-file requirements/go.txt requirements/go.in
