#!/usr/bin/env bash
# Makes models/pocket*.gguf again, from nothing: prompts, tokeniser, training, export. Needs what README.md beside this file names.
# Options are train.py's: `make.sh --scale 0.01` tries the whole way in a few minutes (and leaves models/ alone); POCKET_WORK: a folder for what is made on the way, instead of work/.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
# Large blocks stay with the process: giving them back to the system and taking them again costs a quarter of the time.
export MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000
export POCKET_WORK=${POCKET_WORK:-$PWD/work}
mkdir -p "$POCKET_WORK"
../../node_modules/.bin/node prompts.ts >"$POCKET_WORK/prompts.json"
"$python" train.py "$@"
target=../../models
if [ "$#" -gt 0 ]; then target=$POCKET_WORK; fi
"$python" export_gguf.py base-end "$target/pocket-base.gguf" q8_0
"$python" export_gguf.py instruct-end "$target/pocket-instruct.gguf" q8_0
"$python" export_gguf.py long "$target/pocket.gguf" f16
