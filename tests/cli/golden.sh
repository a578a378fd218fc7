# Indexes kept from when their format was made: that of the present one opens, is sound and answers as it did; others do too, or are refused by
# their number.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
present=$(sed -n 's/^ *MANIFEST_FORMAT = \([0-9]*\),.*/\1/p' "$here/common/segment/manifest.h")
[ -f "$here/tests/golden/format-$present.tar.gz" ] || complain "there is no golden index of format $present: tests/golden/make"
for archive in "$here"/tests/golden/format-*.tar.gz; do
    format=$(basename "$archive" .tar.gz)
    tar -C "$work" -xzf "$archive"
    "$index" check "$work/$format" >"$work/out" 2>"$work/err"
    code=$?
    if [ $code -ne 0 ] && [ "$format" != "format-$present" ]; then
        says err "the index is of format ${format#format-}, and this program reads and writes format $present"
        continue
    fi
    [ $code -eq 0 ] || { complain "$format (changed on purpose? tests/golden/make)"; cat "$work/out" "$work/err"; continue; }
    "$here/tests/golden/ask" "$build" "$work/$format" >"$work/answers" 2>&1
    same "$here/tests/golden/$format.answers" "$work/answers"
    # It can be written to, too.
    echo '{"id": "new", "body": "a harbour of today"}' >"$work/new.jsonl"
    runs 0 "$index" add "$work/$format" "$work/new.jsonl"
    runs 0 "$index" check "$work/$format"
    runs 0 "$search" "$work/$format" '"harbour of today"' --count
done
[ $failures -eq 0 ]
