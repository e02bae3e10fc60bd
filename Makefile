# Everything is in scripts/; this names it. `make` lists it.
.DEFAULT_GOAL := help

SHARE ?= 1
MINUTES ?= 10
.PHONY: help run demo mesh mesh-stop test bench city-year faults build fmt lint clean-run

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: ## the whole city in one process, sample data loaded; Ctrl-C stops it
	@scripts/run

demo: ## a walk through the sample city
	@scripts/demo

mesh: ## each service as its own process, with PostgreSQL and Kafka
	@scripts/mesh start

mesh-stop: ## stops what `make mesh` started
	@scripts/mesh stop

test: ## all tests; one step: scripts/test STEP
	@scripts/test

bench: ## the figures of docs/performance.md
	@scripts/bench

city-year: ## plays a city's year on the mesh, SHARE=0.01 of it, say; reports and reconciles
	@scripts/city-year $(SHARE)

faults: ## kills, stops, cuts off and fills at random for MINUTES=10, then counts what was acknowledged
	@scripts/faults all --minutes $(MINUTES)

build: ## the release binary
	@scripts/install run
	cargo build --locked --release --package tongban

fmt: ## formats the code
	cargo fmt --all

lint: ## formatting, clippy, licences
	@scripts/test install lint

clean-run: ## stops everything and removes what it kept (var/)
	@scripts/clean-run
