# Programs that are refused memory: the n-th allocation, for n from the first until all are granted, in every form of output. Each ends with 2
# and says so, or with the answer it should give, and the index is as some commit left it. Usually one n in eleven; REFUSE=all for each.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"

searching=$build/tests/refused-search indexing=$build/tests/refused-index
case ${REFUSE:-} in all) step=1 ;; *) step=11 ;; esac
for i in $(seq 60); do printf '{"id": "n%s", "title": "Number %s", "body": "harbour strike word%s ferry. The ferry is late.", "date": "2007-03-%02d"}\n' $i $i $((i % 7)) $((i % 28 + 1)); done >"$work/many.jsonl"
printf 'one\tharbour ferry\ntwo\t"the ferry"\n' >"$work/topics"
runs 0 "$index" add "$work/whole.bf" "$work/many.jsonl" --quiet
tries=0 refused=0

# refuses WORDS...: with $prepare before each try and $verify after it.
refuses() {
    local n code wanted
    $prepare
    "$@" >"$work/wanted" 2>&1 </dev/null
    wanted=$?
    for ((n = RANDOM % step; ; n += step)); do
        $prepare
        rm -f "$work/refused"
        BACKFILE_REFUSE=$n BACKFILE_REFUSED=$work/refused "$@" >"$work/out" 2>"$work/err" </dev/null
        code=$?
        tries=$((tries + 1))
        [ -e "$work/refused" ] || break
        refused=$((refused + 1))
        if [ $code -eq 2 ]; then grep -qi "memory" "$work/err" || complain "$*, allocation $n: $(cat "$work/err")"
        elif [ $code -ne $wanted ]; then complain "$*, allocation $n: ended with $code: $(tail -n 3 "$work/err")"
        fi
        $verify
        [ $failures -lt 10 ] || exit 1
    done
    [ $code -eq $wanted ] || complain "$*, nothing refused: ended with $code"
}

# Without memory for what could be left out of an answer a search may not leave it out and say nothing.
same_answer() {
    [ $code -eq 2 ] || cmp -s <(sed 's/ in [0-9.]* ms//; s/"took_us":[0-9]*//' "$work/out") <(sed 's/ in [0-9.]* ms//; s/"took_us":[0-9]*//' "$work/wanted") || complain "another answer: $(head -c 300 "$work/out")"
}
prepare=: verify=same_answer
for form in "" --json --explain --count "--format tsv" "--format trec" "--format ids" "--match all" "--color always"; do
    # shellcheck disable=SC2086
    refuses "$searching" "$work/whole.bf" $form 'harbour "the ferry" -word3 title:number'
done
refuses "$searching" "$work/whole.bf" --show n3 ferry
refuses "$searching" "$work/whole.bf" --topics "$work/topics" --json

afresh() { rm -rf "$work/news.bf"; cp -r "$work/whole.bf" "$work/news.bf"; }
sound() {
    runs 0 "$index" check "$work/news.bf"
    runs 0 "$search" "$work/news.bf" --count harbour
    case $(tr -dc 0-9 <"$work/out") in 60 | "$after") ;; *) complain "allocation $n: $(cat "$work/out") articles" ;; esac
}
prepare=: verify=:
refuses "$indexing" check "$work/whole.bf"
refuses "$indexing" dump "$work/whole.bf"
refuses "$indexing" stats "$work/whole.bf" --json
sed 's/"n/"m/' "$work/many.jsonl" >"$work/more.jsonl"
prepare=afresh verify=sound
after=120
refuses "$indexing" add "$work/news.bf" "$work/more.jsonl"
after=58
refuses "$indexing" delete "$work/news.bf" n1 n2
after=60
refuses "$indexing" merge "$work/news.bf" --reorder

echo "$tries tries, $refused refused"
[ $refused -gt 0 ] || complain "nothing was refused"
[ $failures -eq 0 ]
