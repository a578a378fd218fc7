# The programs themselves killed at random moments, as an operator with `kill -9` would: what was said to be stored is there. KILLS=N for more.
# tests/test_kill.c does the same through the library and looks closer.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
kills=${KILLS:-10}
RANDOM=${SEED:-$$}
echo "seed $RANDOM, $kills kills"
RANDOM=${SEED:-$$}
news=$work/killed.bf

# Batches of articles. Each word "batchN" is in every article of a batch and nowhere else, so a batch is found whole or not at all.
size=40
batch() {
    for i in $(seq $size); do printf '{"id": "b%s-%s", "title": "Batch%s", "body": "Number %s of batch%s %s"}\n' "$1" $i "$1" $i "$1" "$filling"; done
}
filling=$(seq -f 'word%g' -s ' ' 800)

# A reader that never stops: it finds whole batches only, and is never refused.
reader() {
    while :; do
        n=$((RANDOM % 50))
        found=$("$search" "$news" --count "batch$n" 2>"$work/reader.err")
        code=$?
        if [ $code -eq 2 ] && ! grep -q "no index here\|never committed" "$work/reader.err"; then
            cat "$work/reader.err" >>"$work/reader.bad"
        elif [ $code -eq 0 ] && [ "${found//[^0-9]/}" != $size ]; then
            echo "batch$n: $found" >>"$work/reader.bad"
        fi
    done
}
reader 2>/dev/null &
reader=$!
trap 'kill -9 $reader 2>/dev/null; wait $reader 2>/dev/null; rm -rf "$work" 2>/dev/null || { sleep 0.3; rm -rf "$work"; }' EXIT

declare -A stored   # by batch: yes; or perhaps, when it was being stored or deleted as the kill came
killed=0 next=0
while [ $killed -lt "$kills" ] && [ $failures -eq 0 ]; do
    options=(--memory 8M)
    [ $((RANDOM % 2)) -eq 0 ] && options+=(--no-sync)
    [ $((RANDOM % 3)) -eq 0 ] && options+=(--no-merge)
    victim=$((next ? RANDOM % next : 0))
    case $((RANDOM % 8)) in
    0) subject=$victim change=gone command=("$index" delete "$news" -) ;;
    1) subject= command=("$index" merge "$news") ;;
    2) subject=$victim change=yes command=("$index" add "$news" - "${options[@]}") ;;
    *) subject=$next change=yes command=("$index" add "$news" - "${options[@]}"); next=$((next + 1)) ;;
    esac
    if [ "${command[1]}" = delete ]; then seq -f "b$subject-%.0f" $size >"$work/in"; elif [ -n "$subject" ]; then batch "$subject" >"$work/in"; else : >"$work/in"; fi
    "${command[@]}" <"$work/in" >"$work/out" 2>"$work/err" &
    writer=$!
    if [ $((RANDOM % 3)) -gt 0 ]; then
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        kill -9 $writer 2>/dev/null
    fi
    wait $writer 2>/dev/null
    code=$?
    if [ $code -eq 137 ]; then
        killed=$((killed + 1))
        [ -n "$subject" ] && stored[$subject]="perhaps ${stored[$subject]:-gone}"
    elif [ $code -le 1 ]; then
        [ -n "$subject" ] && stored[$subject]=$change
    elif ! grep -q "no index here\|never committed" "$work/err"; then
        complain "${command[1]} ended with $code"
        cat "$work/err"
    fi

    "$index" check "$news" >"$work/out" 2>"$work/err" || grep -q "no index here\|never committed" "$work/err" || { complain "check"; cat "$work/out" "$work/err"; }
    for n in "${!stored[@]}"; do
        # What was touched, and some others; all of them at the end.
        [ "$n" = "$subject" ] || [ $killed -ge "$kills" ] || [ $((RANDOM % 16)) -eq 0 ] || continue
        found=$("$search" "$news" --count "batch$n" 2>/dev/null)
        found=${found//[^0-9]/}
        case ${stored[$n]}:${found:-0} in
        yes:$size | gone:0) ;;
        perhaps*:$size) stored[$n]=yes ;;
        perhaps*gone:0 | perhaps*:0) [ "${stored[$n]}" = "perhaps yes" ] && [ "$change" != gone ] && complain "batch $n was stored and is lost"; stored[$n]=gone ;;
        *) complain "batch $n is ${stored[$n]}, but $found of it are found" ;;
        esac
    done
done

# The next writer is let in at once and leaves no file that is not of the index.
echo '{"id": "last", "body": "the last"}' | "$index" add "$news" - --no-merge >"$work/out" 2>"$work/err" || { complain "a writer after the kills"; cat "$work/err"; }
segments=$("$index" stats "$news" --json | sed -n 's/.*"segments":\([0-9]*\).*/\1/p')
[ "$(find "$news" -name 'seg-*' | wc -l)" -eq "$segments" ] || { complain "orphans"; ls -la "$news"; }
[ -s "$work/reader.bad" ] && { complain "a reader was disturbed"; sort "$work/reader.bad" | uniq -c | head; }

[ $failures -eq 0 ]
