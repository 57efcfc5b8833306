# The recipes of Umpire. Run them with ./just: it installs what is missing.

set positional-arguments

# Commands say themselves what was wrong.
set no-exit-message

root := justfile_directory()
umpire := "node " + quote(root / "bin" / "umpire.ts")

# The model that recipes take when none is given.
digits := root / "testdata" / "digits"

# Lists the recipes
default:
    @just --justfile {{quote(root / "justfile")}} --list --unsorted

# Plays the whole story on a local chain: request, wrong result, dispute, verdict, honest result
[no-cd]
demo *ARGS: setup
    @exec {{umpire}} demo "$@"

# Trains a network on handwritten digits, then plays a claim with one wrong gradient and an honest one
[no-cd]
demo-training *ARGS: setup
    @exec {{umpire}} demo-training "$@"

# Plays a grid search over nine points: three workers, of whom the third lies (--lie score|data|hyper|seed|steps|copy|silence)
[no-cd]
demo-grid *ARGS: setup
    @exec {{umpire}} demo-grid "$@"

# Plays a job of every type with three clients and three workers, of whom the third cheats and is slashed
[no-cd]
demo-network *ARGS: setup
    @exec {{umpire}} demo-network "$@"

# Serves the web app of the local chain; without one, of a private chain on which a wrong claim is disputed (--demo, --port)
[no-cd]
app *ARGS: setup
    @exec {{umpire}} app "$@"

# Builds the contracts and makes the proving keys (once, at most five minutes; then at once)
setup:
    @exec {{umpire}} setup

# Runs all checks and tests
test *ARGS: prepare
    @node crates-ts/prover/src/generate-verifiers.ts --check
    @node packaging/generate-abi.ts --check
    @vitest run "$@"

# Each keeps about one core busy
[parallel]
[private]
prepare: check setup

# Runs the tests under the given PATHs, without checks and set-up (-t NAME: one of them; --project fast|chain|proof)
test-only *ARGS:
    @exec vitest run "$@"

# Breaks contracts and circuits on purpose and shows which test notices (--only TEXT, --part I/N, --results FILE)
mutations *ARGS: setup
    @exec node {{quote(root / "test" / "mutations" / "run.ts")}} "$@"

# Plays drawn attacks against the real actors (--minutes 60, --seed N, --blocks 12|2|both, --out FILE)
campaign *ARGS: setup
    @exec node {{quote(root / "test" / "campaign" / "run.ts")}} "$@"

# Counts what tests reach of contracts, rules and circuits (--part contracts|rules|circuits, --json, --go-on, PATH...)
coverage *ARGS: setup
    @exec node {{quote(root / "test" / "coverage" / "run.ts")}} "$@"

# Proves what holds of clocks and money for all numbers, with halmos (pip install halmos==0.3.3; JobChecks, --function NAME)
symbolic *ARGS:
    @exec node {{quote(root / "test" / "symbolic" / "run.ts")}} "$@"

# Runs all daemons as processes for 24 hours of a fast chain, among attacks, faulty nodes, kills and reorganisations (--hours 24, --seed N, --json, --out FILE)
soak *ARGS: setup
    @exec node {{quote(root / "test" / "soak" / "run.ts")}} "$@"

# Runs a program of every plan on this processor and, where qemu-user is installed, on emulated ones
determinism *ARGS:
    @exec node {{quote(root / "test" / "determinism" / "run.ts")}} --emulated "$@"

# Checks types, style, contracts, circuits, and what is generated from them
check:
    tsc
    biome check --error-on-warnings
    node docs/generate-operators.ts --check
    node docs/generate-json.ts --check
    solhint --noPoster --disc --max-warnings 0 'contracts/**/*.sol'
    sh circuits/lint.sh

# Builds the public packages and packs them as npm publishes them, to FOLDER (default: .umpire/packages)
[no-cd]
pack *FOLDER:
    @exec node {{quote(root / "packaging" / "pack.ts")}} "$@"

# Makes a release in FOLDER, twice, and compares: tarballs, bill of materials, licences, checksums (--check: keeps nothing)
[no-cd]
release *FOLDER:
    @exec node {{quote(root / "packaging" / "release.ts")}} "$@"

# Builds the public packages and writes their documentation to .umpire/api
docs:
    @node {{quote(root / "packaging" / "pack.ts")}} > /dev/null
    @node {{quote(root / "docs" / "api" / "node_modules" / "typedoc" / "bin" / "typedoc")}} --logLevel Warn --options {{quote(root / "docs" / "api" / "typedoc.json")}}
    @echo "Open {{root}}/.umpire/api/index.html"

# Writes the documentation as pages to FOLDER (default: .umpire/site); they ask nothing of anybody
[no-cd]
site *FOLDER:
    @exec node {{quote(root / "docs" / "site" / "build.ts")}} "$@"

# Checks every model under DIR (default: testdata)
[no-cd]
conformance *ARGS: setup
    @{{umpire}} conformance "$@"

# Measures: zk-OPML's formula, overheads, gas, proofs
[no-cd]
bench *ARGS: setup
    @exec {{umpire}} bench "$@"

# Runs the umpire command
[no-cd]
umpire *ARGS:
    @exec {{umpire}} "$@"

# Starts a local chain in the background
setup-network *ARGS: setup
    @exec {{umpire}} network start "$@"

# Deploys the contracts to it
deploy *ARGS: setup
    @exec {{umpire}} deploy "$@"

# Registers a model (ONNX) or a compiled program; the digit classifier if none is given
[no-cd]
register *ARGS: setup
    #!/bin/sh
    set -eu
    [ $# -gt 0 ] || set -- {{quote(digits / "model.onnx")}} --calibrate {{quote(digits)}}/input-*.json
    exec {{umpire}} register "$@"

# Requests a result of program ID (a number or a root) for INPUT, escrowing a fee
[no-cd]
request *ARGS: setup
    #!/bin/sh
    set -eu
    [ $# -gt 0 ] || set -- 1 {{quote(digits / "input-3.json")}}
    exec {{umpire}} request "$@"

# Serves program ID: claims results and defends them, until Ctrl-C
[no-cd]
submit ID="1" *ARGS: setup
    @exec {{umpire}} submit "$@"

# The same with one wrong number in OPERATOR (or OPERATOR:ELEMENT)
[no-cd]
submit-defect ID="1" OPERATOR="random" *ARGS: setup
    #!/bin/sh
    set -eu
    id=${1:-1} operator=${2:-random}
    [ $# -lt 2 ] || shift 2
    exec {{umpire}} submit "$id" --defect "$operator" "$@"

# Guards program ID: recomputes claims and disputes wrong ones, until Ctrl-C
[no-cd]
verify ID="1" *ARGS: setup
    @exec {{umpire}} verify "$@"

# Says what is deployed, registered, requested, claimed and disputed
status *ARGS:
    @exec {{umpire}} status "$@"

# Watches claims, disputes, clocks, bonds and nodes; --serve PORT for Prometheus
monitor *ARGS:
    @exec {{umpire}} monitor "$@"

# Stops the local chain
shutdown-network:
    @exec {{umpire}} network stop
