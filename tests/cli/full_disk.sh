# Programs on a disk that fails or is full: code 2, a message that names the file and the reason, the last commit as it was, and the next
# run works. First system calls that fail (tests/faults), then, where the machine lets us mount one, a real file system without room.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"

articles() { seq "$2" | sed "s/.*/{\"id\": \"$1&\", \"title\": \"Number &\", \"body\": \"harbour $1 word& other& third&\"}/"; }
articles old 50 >"$work/old.jsonl"
articles new 400 >"$work/new.jsonl"
articles new 9000 >"$work/many.jsonl"

shim=$build/tests/fault_calls.so
# A program with the address sanitizer wants to be loaded first.
if [ -e "$shim" ] && LD_PRELOAD=$shim "$index" --version >/dev/null 2>&1; then
    runs 0 "$index" add "$work/news.bf" "$work/old.jsonl" --quiet
    seen=0
    for kind in d f; do
        for call in 4 9 14 19 24 29 34 39 44; do
            case $kind in d) code=28 words="No space left on device" ;; f) code=5 words="Input/output error" ;; esac
            fault=("LD_PRELOAD=$shim" "BACKFILE_FAULT=$work/news.bf:$kind:$call:$code")
            env "${fault[@]}" "$index" add "$work/news.bf" "$work/new.jsonl" --quiet --no-merge >"$work/out" 2>"$work/err" </dev/null
            code=$? kept=0
            grep -q "all 400 articles of this run are committed" "$work/err" && kept=400
            case $code in
            0) runs 0 "$search" "$work/news.bf" --count new ;; # the call was one that nothing depends on, or there are fewer
            2) seen=$((seen + 1)); says err "backfile-index: "; says err "$work/news.bf"; says err "$words"
                "$search" "$work/news.bf" --count new >"$work/out" 2>&1 </dev/null
                [ "$(tr -dc 0-9 <"$work/out")" = $kept ] || complain "call $call: not what it says: $(cat "$work/err" "$work/out")"
                runs 0 "$index" check "$work/news.bf" ;;
            *) complain "call $call: $(cat "$work/err")" ;;
            esac
            [ $code -eq 0 ] || [ $kept -gt 0 ] && { rm -rf "$work/news.bf"; runs 0 "$index" add "$work/news.bf" "$work/old.jsonl" --quiet; }
            runs 0 "$search" "$work/news.bf" --count old
            [ "$(tr -dc 0-9 <"$work/out")" = 50 ] || complain "call $call: the old articles: $(cat "$work/out")"
        done
    done
    [ $seen -gt 5 ] || complain "only $seen calls failed"
    runs 0 "$index" add "$work/news.bf" "$work/new.jsonl" --quiet
    runs 0 "$search" "$work/news.bf" --count new
    [ "$(tr -dc 0-9 <"$work/out")" = 400 ] || complain "the new articles: $(cat "$work/out")"
else
    echo "skipped: calls that fail, because nothing can be preloaded into these programs"
fi

# As the root of a user namespace of its own, where a small tmpfs is mounted.
small=$work/small
mkdir "$small"
if unshare -rm mount -t tmpfs -o size=64k tmpfs "$small" 2>/dev/null; then
    unshare -rm bash -s "$small" "$index" "$search" "$work" <<'IN' || failures=$((failures + 1))
    small=$1 index=$2 search=$3 work=$4 failed=0
    complain() { echo "on a full file system: $*"; failed=1; }
    # Room for the first articles, and then less and less of it for the others.
    for room in 120 200 300 400 500 650; do
        mount -t tmpfs -o size=${room}k tmpfs "$small" || exit 1
        "$index" add "$small/news.bf" "$work/old.jsonl" --quiet 2>"$work/err"
        first=$?
        "$index" add "$small/news.bf" "$work/many.jsonl" --quiet 2>"$work/err"
        code=$?
        if [ $first -eq 0 ]; then
            [ $code -eq 0 ] || [ $code -eq 2 ] || complain "$room KB: add ended with $code"
            [ $code -eq 0 ] || grep -q "$small/news.bf/.*\(No space left\|is the disk full\)" "$work/err" || complain "$room KB: $(cat "$work/err")"
            "$index" check "$small/news.bf" >"$work/out" 2>&1 || complain "$room KB: $(cat "$work/out")"
            [ "$("$search" "$small/news.bf" --count old | tr -dc 0-9)" = 50 ] || complain "$room KB: the old articles are not there"
            "$index" delete "$small/news.bf" old1 --quiet >"$work/out" 2>"$work/err" || complain "$room KB: delete: $(cat "$work/err")"
            mount -o remount,size=64m "$small"
            "$index" add "$small/news.bf" "$work/many.jsonl" --quiet 2>"$work/err" || complain "$room KB, then more: $(cat "$work/err")"
            [ "$("$search" "$small/news.bf" --count new | tr -dc 0-9)" = 9000 ] || complain "$room KB, then more: the new articles are not there"
            [ $code -eq 2 ] && full=yes
        fi
        umount "$small"
    done
    [ "${full:-}" = yes ] || complain "it was never full"
    exit $failed
IN
else
    echo "skipped: a file system that is really full, because none can be mounted here"
fi

[ $failures -eq 0 ]
