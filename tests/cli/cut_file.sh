# A segment is cut short while a program has it open: the program ends with 2 and says which file it was, whether it notices when it
# reads the file or when the kernel tells it that what is mapped is gone.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"

for i in $(seq 3000); do printf '{"id": "n%s", "title": "Number %s", "body": "harbour strike word%s word%s"}\n' $i $i $((i % 7)) $((i * 31 % 2999)); done >"$work/many.jsonl"
runs 0 "$index" add "$work/whole.bf" "$work/many.jsonl" --quiet
segment=$(basename "$work"/whole.bf/seg-*.lmdb)
size=$(stat -c %s "$work/whole.bf/$segment" 2>/dev/null || stat -f %z "$work/whole.bf/$segment")
mkfifo "$work/topics"

trap "" PIPE # the search may end before it was asked everything
signals=0
for length in 0 4096 $((size / 4096 / 4 * 4096)) $((size / 4096 / 2 * 4096)) $((size / 4096 * 3 / 4 * 4096)); do
    rm -rf "$work/news.bf"
    cp -r "$work/whole.bf" "$work/news.bf"
    "$search" "$work/news.bf" --topics "$work/topics" --json >"$work/out" 2>"$work/err" &
    searcher=$!
    exec 9>"$work/topics"
    printf 'one\tnosuchword\n' >&9
    # It has the index open once it waits for the second topic: nothing is read before.
    for _ in $(seq 200); do
        grep -q "$segment" "/proc/$searcher/maps" 2>/dev/null && break
        sleep 0.01
    done
    truncate -s "$length" "$work/news.bf/$segment"
    for i in $(seq 0 40); do printf 'two%s\tharbour word%s word%s number\n' "$i" $((i % 7)) $((i * 71)); done >&9 2>"$work/pipe"
    exec 9>&-
    wait $searcher
    code=$?
    [ $code -eq 2 ] || complain "cut to $length of $size bytes, the search ended with $code"
    says err "backfile-search: "
    says err "$segment"
    grep -q "cut short while it was in use" "$work/err" && signals=$((signals + 1))
    # Afterwards it is said when the index is opened.
    runs 2 "$search" "$work/news.bf" harbour
    says err "$segment"
    runs 2 "$index" check "$work/news.bf"
done
[ $signals -gt 0 ] || complain "no search touched what was gone"

[ $failures -eq 0 ]
