# `make verify` and `make test` are all a newcomer needs: both create the environment first.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
EVERYTHING := .[cluster,cvxpy,dev,docs,explore,images,notebooks,onnx,plots,sweep,train]

.PHONY: verify test wheel lowest newest soak lint figures docs notebooks bench consumers coq coqchk coq-installed lock clean
.DEFAULT_GOAL := verify

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "subpool needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '$(EVERYTHING)'
	@touch $@

verify: $(INSTALLED)   ## every claim, real photographs, and the report, with a page to play with: report/index.html
	$(BIN)/subpool verify --report report --explore

test: $(INSTALLED)     ## all tests, doctests included, on two processes
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

lowest newest:         ## all tests with the lowest, the newest versions that pyproject.toml allows: make newest PYTHON=python3.13
	$(PYTHON) -m venv --clear .$@
	.$@/bin/python -m pip install --quiet --disable-pip-version-check uv
	.$@/bin/uv pip install --quiet --python .$@/bin/python --resolution $(if $(filter lowest,$@),lowest-direct,highest) --editable '$(EVERYTHING)'
	.$@/bin/python -m pytest --numprocesses 2 --dist worksteal

wheel: $(INSTALLED)    ## sdist and wheel, and the commands and examples of the README with nothing but the wheel
	SUBPOOL_WHEEL=1 $(BIN)/python -m pytest tests/test_wheel.py

soak: $(INSTALLED)     ## the standing campaigns at length: fifty times as many cases as in the tests; coqchk
	SUBPOOL_SOAK=$${SUBPOOL_SOAK:-50} $(BIN)/python -m pytest -m campaign --numprocesses 2
	$(MAKE) coqchk

lint: $(INSTALLED)     ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coq: $(INSTALLED) coq-installed      ## the theorems that Coq's kernel checks, with their assumptions: none; compiles what has changed
	$(BIN)/python tools/kernel.py

coqchk: $(INSTALLED) coq-installed   ## the compiled theories once more, by Coq's stand-alone checker (slow)
	$(BIN)/python tools/kernel.py --coqchk

coq-installed:
	@if command -v coqc >/dev/null && [ -e "$$(coqc -where)/user-contrib/mathcomp/algebra/all_algebra.vo" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get -qq update && apt-get -qq install -y --no-install-recommends coq libcoq-mathcomp-algebra >/dev/null; \
	else \
	  echo "make coq needs Coq 8.16 and MathComp 1.15: apt-get install coq libcoq-mathcomp-algebra (1.1 GB)" >&2; exit 1; \
	fi

figures: $(INSTALLED)  ## all figures, in figures/, and the sweeps that they are drawn from, in figures/data
	$(BIN)/subpool plot all --out figures --data figures/data

docs: $(INSTALLED)     ## the documentation: docs/_build/html/index.html; warnings are errors
	$(BIN)/subpool plot all --out docs/figures --data figures/data --format svg
	$(BIN)/python -m benchmarks.history docs/figures/benchmarks.svg
	@mkdir -p docs/page  # of the last run of `make verify`, or without the record of one
	cp report/explore.html docs/page/play.html 2>/dev/null || $(BIN)/subpool explore --out docs/page/play.html
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

notebooks: $(INSTALLED) ## the notebooks, run from top to bottom
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=300 --numprocesses 2 notebooks

bench: $(INSTALLED)    ## ratios against named baselines, written to benchmarks/RESULTS.md and added to benchmarks/history.jsonl
	$(BIN)/python -m benchmarks

consumers: $(INSTALLED) ## what other tools make of rewritten models: docs/consumers.md; installs 13 GB in build/consumers
	$(BIN)/python -m benchmarks.consumers

lock: $(INSTALLED)     ## pin what is installed now
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf .venv .lowest .newest report figures docs/figures docs/page docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
