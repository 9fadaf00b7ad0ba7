# Annals. `make demo` shows it, `make test` proves it, `make dev` and `make t` are for while you write; the rest is parts
# of these. `make help` lists what has two hashes before it.

ANNALS   := target/release/annals
CARGO    ?= cargo
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
NPM      := npm --prefix dashboard

.PHONY: demo run build test t dev help lint gen bench screenshots check-gen check-rust check-dashboard check-packages check-browser \
        tools tools-rust tools-browser tools-postgres tools-python clean

## Builds everything, loads a realistic data set and serves it with a sign-in link.
demo: build
	$(ANNALS) demo

## Serves ./annals-data.
run: build
	$(ANNALS) serve

## Builds target/release/annals, quickly. What is published is built with `--profile dist`, which takes longer.
build: dashboard/dist/index.html
	$(CARGO) build --release --locked -p annals

## The server and the dashboard, each reloaded when its sources change. make dev ARGS="--data-dir demo-data"
dev: dashboard/dist/index.html
	node dashboard/scripts/dev.mjs $(ARGS)

## The fast tests: all, or those whose name contains F, of the crate C. make t F=cursor C=annals P=default (slow ones too)
t: dashboard/dist/index.html
	@$(CARGO) nextest --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-nextest
	$(CARGO) nextest run --locked $(if $(C),-p $(C),--workspace) --profile $(or $(P),fast) $(F)

## Lists these targets.
help:
	@awk '/^## / { text = text (text ? "\n" : "") substr($$0, 4); next } \
	      /^[a-z-]+:/ && text { split($$1, name, ":"); n = split(text, line, "\n"); \
	        for (i = 1; i <= n; i++) printf "%-12s %s\n", i == 1 ? name[1] : "", line[i] } { text = "" }' Makefile

## All tests: Rust, TypeScript, both databases, the browser. Installs what they need.
test: tools check-dashboard check-packages lint check-rust check-gen check-browser
	@echo "All tests passed."

## Formatting, lints, documentation, licences, unused dependencies, words.
lint: tools-rust dashboard/dist/index.html
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	$(CARGO) deny --all-features check bans licenses sources
	$(CARGO) machete
	scripts/check-words.sh

check-rust: tools-rust tools-postgres tools-python dashboard/dist/index.html
	$(CARGO) nextest run --locked --workspace
	$(CARGO) test --locked --workspace --doc
	node docs/digest-check.mjs

check-packages: packages/browser/node_modules dashboard/dist/index.html
	$(CARGO) build --locked -p annals
	npm --prefix packages/browser run typecheck
	npm --prefix packages/browser test

check-dashboard: dashboard/node_modules
	$(NPM) run typecheck
	$(NPM) run lint
	$(NPM) test
	$(NPM) run build
	$(NPM) run size

## The files that are made from the program must be the ones it makes.
check-gen: dashboard/node_modules packages/browser/node_modules
	$(CARGO) build --locked -p annals
	target/debug/annals openapi | diff -u dashboard/openapi.json - \
	  || { echo "dashboard/openapi.json is out of date: run make gen"; exit 1; }
	$(NPM) run gen -- --check
	npm --prefix packages/browser run gen -- --check

check-browser: tools-browser dashboard/dist/index.html
	$(CARGO) build --locked -p annals
	$(NPM) run e2e

## Writes the files that are made from the program: the OpenAPI document and its TypeScript types.
gen: dashboard/node_modules packages/browser/node_modules
	$(CARGO) build --locked -p annals
	target/debug/annals openapi > dashboard/openapi.json
	$(NPM) run gen
	npm --prefix packages/browser run gen

## A picture of every screen into docs/images/screens, to look at.
screenshots: tools-browser build
	$(NPM) run screenshots

## Measures what docs/performance.md claims, in about two minutes; ten million events:
## make bench BENCH="--events 10000000 --only writes". Built together with the server, so that what
## both use is compiled once.
bench: dashboard/dist/index.html
	$(CARGO) build --profile dist --locked -p annals -p annals-bench
	target/dist/annals-bench $(BENCH)

dashboard/node_modules: dashboard/package-lock.json
	npm ci --prefix dashboard --no-audit --no-fund
	touch $@

packages/browser/node_modules: packages/browser/package-lock.json
	npm ci --prefix packages/browser --no-audit --no-fund
	touch $@

dashboard/dist/index.html: dashboard/node_modules $(shell find dashboard/src dashboard/public dashboard/index.html -type f 2>/dev/null)
	$(NPM) run build

tools: tools-rust tools-browser tools-postgres tools-python dashboard/node_modules

tools-rust:
	@$(CARGO) nextest --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-nextest
	@$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-deny
	@$(CARGO) machete --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-machete

tools-browser:
	@command -v chromium >/dev/null 2>&1 || \
	  { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy --no-install-recommends chromium; }

# The tests start servers of their own; the one that Debian sets up is not touched.
tools-postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || \
	  { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy --no-install-recommends postgresql; }
	@ls /usr/sbin/pgbouncer >/dev/null 2>&1 || command -v pgbouncer >/dev/null 2>&1 || \
	  { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy --no-install-recommends pgbouncer; }

# Python runs the examples that are written in it.
tools-python:
	@command -v python3 >/dev/null 2>&1 || \
	  { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy --no-install-recommends python3; }

clean:
	$(CARGO) clean
	rm -rf dashboard/dist dashboard/node_modules packages/browser/node_modules
