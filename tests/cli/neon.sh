#!/bin/bash
# The kernels of another processor, as an emulator runs them.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v $tool >/dev/null || { echo "no $tool: the NEON kernels were not tested"; exit 77; }
done
env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory neon
