# The front door. What is behind it: scripts/ and the presets of CMake.
PREFIX ?= /usr/local
export DESTDIR

.DEFAULT_GOAL := all
# Two at a time would fight for apt.
.NOTPARALLEL:
.PHONY: all help demo demo-down test soak check format bench fuzz install uninstall clean

all: ## build the program: build/dksnap
	@scripts/setup build
	@scripts/configure release
	@cmake --build build/release
	@ln -sfn release/dksnap build/dksnap

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo '  PREFIX (/usr/local), DESTDIR: where install puts things'

demo: all ## a real PostgreSQL with snapshots to play with
	@scripts/setup demo
	@scripts/demo up

demo-down: all ## remove the demo
	@scripts/demo down

test: ## build, and prove each promise once
	@scripts/test

soak: ## the same at every fault point, on every engine, 50 snapshots under load: hours
	@DKSNAP_TEST_DENSE=1 DKSNAP_TEST_SNAPSHOTS=50 scripts/test

check: ## formatting, lint, the rules of ARCHITECTURE.md, scripts, transcripts
	@scripts/check

format: ## put every source into the one format
	@scripts/setup check
	@scripts/sources | xargs -0 clang-format-14 -i

bench: all ## measure, side by side with other ways; KIND=mysql (or another): not PostgreSQL
	@scripts/setup bench
	@bench/run $(if $(KIND),--kind $(KIND))

fuzz: ## run every fuzzer for FUZZ_SECONDS (60)
	@scripts/fuzz

# Where Docker looks for plug-ins outside the user's home: /usr and /usr/local, lib or libexec
# (docker/cli: cli-plugins/manager/manager_unix.go). Linked only there, and if the program answers as a
# plug-in: docker's help complains of one that does not.
PLUGINS := $(DESTDIR)$(PREFIX)/libexec/docker/cli-plugins

install: all ## install the program; below /usr and /usr/local also as "docker dksnap"
	@cmake --install build/release --prefix "$(PREFIX)"
	@case "$(PREFIX)" in /usr | /usr/local) ;; *) exit 0 ;; esac; \
	if build/dksnap docker-cli-plugin-metadata >/dev/null 2>&1; then \
	  mkdir -p "$(PLUGINS)" && ln -sfn ../../../bin/dksnap "$(PLUGINS)/docker-dksnap" && \
	  echo "-- Installed: $(PLUGINS)/docker-dksnap"; fi

uninstall: ## remove what install installed
	rm -f "$(DESTDIR)$(PREFIX)/bin/dksnap" "$(PLUGINS)/docker-dksnap"

clean: ## remove build/
	rm -rf build
