# Pipes closed early, a full disk for the output, no standard input at all, a folder that can't be written.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"

runs 0 "$index" add "$work/news.bf" corpus/articles --quiet
for i in $(seq 400); do printf '{"id": "n%s", "title": "Number %s", "body": "%s"}\n' $i $i "$(printf 'harbour %.0s' $(seq 200))"; done >"$work/many.jsonl"
runs 0 "$index" add "$work/news.bf" "$work/many.jsonl" --quiet

# The reader of a pipe leaves: the program ends, without a word, by the signal or as an error.
leaves() {
    "$@" 2>"$work/err" | head -c 100 >"$work/out"
    local code=${PIPESTATUS[0]}
    [ "$code" -eq 141 ] || [ "$code" -eq 2 ] || complain "$* ended with $code when its pipe was closed"
    silent err
}
leaves "$index" dump "$work/news.bf"
leaves "$search" "$work/news.bf" -k 1000 --json harbour
leaves "$search" "$work/news.bf" -k 1000 harbour
leaves "$search" "$work/news.bf" -k 1000 --explain harbour
# A parent may have made the signal ignored: then the write fails, and the program still ends.
(
    trap '' PIPE
    "$index" dump "$work/news.bf" 2>/dev/null | head -c 100 >/dev/null
    exit "${PIPESTATUS[0]}"
)
[ $? -eq 2 ] || complain "dump with SIGPIPE ignored"
(
    trap '' PIPE
    "$search" "$work/news.bf" -k 1000 --json harbour 2>/dev/null | head -c 100 >/dev/null
    exit "${PIPESTATUS[0]}"
)
[ $? -eq 2 ] || complain "search with SIGPIPE ignored"

# A full disk.
full() {
    "$@" >/dev/full 2>"$work/err"
    local code=$?
    [ $code -eq 2 ] || complain "$* ended with $code on a full disk"
    says err "No space left on device"
    [ "$(wc -l <"$work/err")" -eq 1 ] || { complain "more than one line"; cat "$work/err"; }
}
if [ -w /dev/full ]; then
    full "$search" "$work/news.bf" harbour
    full "$search" "$work/news.bf" nosuchword
    full "$search" "$work/news.bf" --json harbour
    full "$search" "$work/news.bf" --count harbour
    full "$search" "$work/news.bf" --show n1
    for command in "dump" "dump --terms" "dump --postings harbour" stats "stats --json" check merge; do
        # shellcheck disable=SC2086 # the command's own options
        set -- $command
        name=$1
        shift
        full "$index" "$name" "$work/news.bf" "$@"
    done
    full "$index" add "$work/news.bf" "$work/many.jsonl"
    full "$index" delete "$work/news.bf" n400
    for program in "$search" "$index" "$bench"; do
        full "$program" --help
        full "$program" --version
    done
    # What was to be kept is not kept: an error, though the articles are stored.
    printf '{"id": "bad"}\n' >"$work/bad.jsonl"
    runs 2 "$index" add "$work/news.bf" "$work/bad.jsonl" --errors /dev/full
    says err "/dev/full: No space left on device"
fi

# A file that can't grow, as on a full disk, at every size: nothing of the run is stored, nothing is left of it.
for limit in 4 40 100 200; do
    (
        trap '' XFSZ
        ulimit -f $limit
        "$index" add "$work/news.bf" "$work/many.jsonl" corpus/articles --force >"$work/out" 2>"$work/err"
    )
    [ $? -eq 2 ] || complain "files of at most $limit blocks"
    says err "nothing of this run was stored"
    runs 0 "$index" check "$work/news.bf"
    runs 0 "$index" stats "$work/news.bf" --json
    [ "$(find "$work/news.bf" -name 'seg-*' | wc -l)" -eq "$(sed -n 's/.*"segments":\([0-9]*\).*/\1/p' "$work/out")" ] || complain "something is left"
done

# Closed standard streams.
"$search" "$work/news.bf" --topics - <&- >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || complain "topics from a closed standard input"
"$index" add "$work/news.bf" - <&- >"$work/out" 2>"$work/err"
[ $? -ne 0 ] || complain "articles from a closed standard input"
says err "can't be read"
"$search" "$work/news.bf" harbour >&- 2>"$work/err"
[ $? -eq 2 ] || complain "a closed standard output"
"$index" stats "$work/news.bf" >&- 2>"$work/err"
[ $? -eq 2 ] || complain "a closed standard output"
runs 0 "$index" check "$work/news.bf"

# An index on a medium that can't be written is searched all the same.
if [ "$(id -u)" -ne 0 ]; then
    chmod -R a-w "$work/news.bf"
    runs 0 "$search" "$work/news.bf" harbour
    runs 2 "$index" add "$work/news.bf" "$work/many.jsonl"
    chmod -R u+w "$work/news.bf"
elif command -v setpriv >/dev/null && setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
    chmod a+rx "$work" "$work/news.bf"
    chmod -R a+r,go-w "$work/news.bf"
    runs 0 setpriv --reuid 65534 --clear-groups "$search" "$work/news.bf" harbour
    runs 0 setpriv --reuid 65534 --clear-groups "$index" check "$work/news.bf"
    runs 2 setpriv --reuid 65534 --clear-groups "$index" add "$work/news.bf" corpus/articles
    says err "$work/news.bf"
    says err "Permission denied"
fi

[ $failures -eq 0 ]
