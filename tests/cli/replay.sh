#!/bin/bash
# Every input kept for the fuzzers, former crashers among them, through its target once.
set -eu
BUILD=${BUILD:-build/release}
for target in tests/fuzz_*.c; do
    name=$(basename "$target" .c)
    inputs=()
    for folder in "tests/data/fuzz/$name" "tests/data/${name#fuzz_}" "tests/data/${name#fuzz_}_found"; do
        [ -d "$folder" ] && inputs+=("$folder")
    done
    if [ ${#inputs[@]} -eq 0 ]; then
        echo "$name has no inputs"
        exit 1
    fi
    said=$("$BUILD/tests/replay_${name#fuzz_}" "${inputs[@]}") # by itself, or its failure would be lost
    echo "$name: $said"
done
