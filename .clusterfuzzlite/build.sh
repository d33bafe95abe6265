#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds every fuzz target into $OUT, for ClusterFuzzLite and OSS-Fuzz, which set SRC, OUT and the
# flags. .ci/clusterfuzzlite runs it without Docker.
set -eu
cd "$SRC/mmdiff"

# The image's `cargo` makes a coverage build of exactly this command: so no +toolchain, no option more.
cargo fuzz build -O --debug-assertions

# A coverage build is put there too.
metadata=$(cargo metadata --format-version 1 --no-deps)
built=$(jq -r .target_directory <<<"$metadata")/x86_64-unknown-linux-gnu/release
fuzz=$(jq '.packages[] | select(.name == "mmdiff-fuzz")' <<<"$metadata")
max_len=$(jq .metadata.max_len <<<"$fuzz")

for target in $(cargo fuzz list); do
    # A target that needs a feature is none of this build: it needs more than a clone.
    features=$(jq -r --arg target "$target" \
        '.targets[] | select(.name == $target) | ."required-features" // [] | join(" ")' <<<"$fuzz")
    if [ -n "$features" ]; then
        echo "$target is left out: it needs the feature $features"
        continue
    fi
    cp "$built/$target" "$OUT/"
    # No dictionary: the targets mutate scenarios, and an input has no magic values.
    printf '[libfuzzer]\nmax_len = %s\n' "$max_len" >"$OUT/$target.options"
    if [ -d "corpus/$target" ]; then
        # zip would add to one that an earlier build has left.
        rm -f "$OUT/${target}_seed_corpus.zip"
        zip -q -j -r "$OUT/${target}_seed_corpus.zip" "corpus/$target"
    fi
done
