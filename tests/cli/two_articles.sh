# The example program, which sees nothing but the public header and the shared library.
set -u
example=${BUILD:-build/release}/tests/two_articles
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ "$(wc -l <examples/two_articles.c)" -lt 60 ] || { echo "the example has grown to 60 lines or more"; exit 1; }
for run in first second; do # the second replaces both articles
    "$example" "$work/two.bf" >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
    [ "$(wc -l <"$work/out")" -eq 2 ] && grep -q '^[0-9.]*  Ferries idle as harbour strike begins$' "$work/out" &&
        grep -q 'No ferry left the harbour before noon' "$work/out" || { echo "the $run run printed:"; cat "$work/out"; exit 1; }
done
"$example" /dev/null/two.bf >"$work/out" 2>&1 && { echo "no failure where no index can be"; exit 1; }
grep -q '^two_articles: ' "$work/out"
