# Input made to harm: each is refused by file and rule or read right, in bounded memory and time. HOSTILE=big for sizes that are a nuisance
# to make (`make torture`), PATIENCE=10 for ten times the seconds that each may take, where others use the machine.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
big=${HOSTILE:-small}
pick() { if [ "$big" = big ]; then echo "$2"; else echo "$1"; fi; } # pick SMALL BIG
M=$((1 << 20))
peak_most=$((420 * M)) # the most an article may have is 256 MiB
# A sanitizer holds on to what is freed, and has its shadow: its peaks say nothing.
measures_memory=yes
case $(basename "$build") in asan | tsan | fuzz) measures_memory= ;; esac

# add CODE SECONDS ARGUMENTS...: with the summary in $work/out; not longer, and in no more memory.
add() {
    local code=$1 seconds=$2
    shift 2
    rm -rf "$work/x.bf"
    runs "$code" timeout "$((seconds * ${PATIENCE:-1}))" "$index" add "$work/x.bf" --json --memory 64M "$@"
    local peak
    peak=$(sed -n 's/.*"peak_rss":\([0-9]*\).*/\1/p' "$work/out")
    [ -z "$measures_memory" ] || { [ "${peak:-0}" -gt 0 ] && [ "${peak:-0}" -le "$peak_most" ]; } || complain "add $*: ${peak:-no} bytes of memory"
}
stored() { says out "\"stored\":$1,"; [ "$1" -eq 0 ] || runs 0 "$index" check "$work/x.bf"; }
line_of() { # line_of BYTES WORD: one line of so many bytes
    yes "$2" | tr '\n' ' ' | head -c "$1"
}

# Archives that expand without end.
line_of "$(pick $((270 * M)) $((6144 * M)))" aaaaaaaaaaaaaaa | gzip -1 >"$work/endless.txt.gz"
add 1 600 "$work/endless.txt.gz"
says err "endless.txt.gz: record 1, line 1: the article has more than 268435456 bytes"
stored 0
head -c "$(pick $((200 * M)) $((8192 * M)))" /dev/zero | gzip -1 >"$work/zeros.gz"
add 0 600 "$work/zeros.gz"
stored 0
seq "$(pick 100000 3000000)" | awk '{ print "{\"id\":\"same\",\"body\":\"number " $1 "\"}" }' | gzip -1 >"$work/same.jsonl.gz"
add 0 900 "$work/same.jsonl.gz"
runs 0 "$index" stats "$work/x.bf" --json
says out '"articles":1,'

# Archives in archives.
printf 'Title\n\nA body.\n' >"$work/article.txt"
tar -C "$work" -cf "$work/nest0.tar" article.txt
for i in 1 2 3 4 5; do tar -C "$work" -czf "$work/nest$i.tar" "nest$((i - 1)).tar"; done
add 0 20 "$work/nest1.tar"
stored 1
add 1 20 "$work/nest5.tar"
says err "too deep"
stored 0

# Brackets without end, as a record among others.
{
    echo '{"id":"before","body":"whole"}'
    awk 'BEGIN { printf "{\"id\":\"deep\",\"body\":\"x\",\"more\":"; for (i = 0; i < 1000000; i++) printf "["; for (i = 0; i < 1000000; i++) printf "]"; print "}" }'
    awk 'BEGIN { printf "{\"id\":\"deep\",\"body\":"; for (i = 0; i < 1000000; i++) printf "{\"a\":"; print "}" }'
    echo '{"id":"after","body":"whole"}'
} >"$work/deep.jsonl"
add 1 20 "$work/deep.jsonl"
says err "deep.jsonl: record 2, line 2"
says err "nested deeper than 512 levels"
says out '"stored":2,'

# A line, a word, and words without end.
{ printf '{"id":"long","body":"'; line_of "$(pick $((20 * M)) $((250 * M)))" ferry; echo '"}'; } >"$work/line.jsonl"
peak_most=$(pick $((300 * M)) $((1400 * M))) # an article is held as read, as decoded and as stored
add 0 900 "$work/line.jsonl"
stored 1
runs 0 "$search" "$work/x.bf" ferry --count
{ printf '{"id":"long","body":"first '; head -c "$(pick $((5 * M)) $((250 * M)))" /dev/zero | tr '\0' a; echo ' last"}'; } >"$work/word.jsonl"
add 0 900 "$work/word.jsonl"
stored 1
runs 0 "$search" "$work/x.bf" '"first" last' --count
peak_most=$((420 * M))
{ printf '{"id":"huge","body":"'; line_of "$(pick $((300 * M)) $((1100 * M)))" ferry; echo '"}'; echo '{"id":"next","body":"after it"}'; } | gzip -1 >"$work/huge.jsonl.gz"
peak_most=$((900 * M))
add 1 600 "$work/huge.jsonl.gz"
says err "huge.jsonl.gz: record 1, line 1"
stored 1
runs 0 "$search" "$work/x.bf" after --count
rm -f "$work"/*.gz "$work/line.jsonl" "$work/word.jsonl"
peak_most=$((420 * M))
words=$(pick 300000 10000000)
seq "$words" | awk '{ printf "%s%s", $1 % 1000 == 1 ? "{\"id\":\"w" $1 "\",\"body\":\"" : " ", sprintf("q%dz", $1); if ($1 % 1000 == 0) print "\"}" }' >"$work/words.jsonl"
add 0 1800 "$work/words.jsonl"
stored $((words / 1000))
for word in q1z "q$((words / 2))z" "q${words}z"; do
    runs 0 "$search" "$work/x.bf" "$word" --count
    [ "$(cat "$work/out")" = 1 ] || complain "$word is in $(cat "$work/out") articles, not in one"
done
rm -f "$work/words.jsonl"

# Ids and names that mean something to somebody else.
printf '{"id":"a\\nb","body":"x"}\n{"id":"a\\u0000b","body":"x"}\n{"id":"a\\u001b[31mb","body":"x"}\n{"id":"%s","body":"x"}\n{"id":"fine","body":"x"}\n' \
    "$(head -c 401 /dev/zero | tr '\0' i)" >"$work/ids.jsonl"
add 1 20 "$work/ids.jsonl"
says err "ids.jsonl: record 1, line 1: the id holds a control character"
says err "ids.jsonl: record 2, line 2"
says err "ids.jsonl: record 3, line 3"
says err "ids.jsonl: record 4, line 4, byte"
says err "the id is longer than 400 bytes"
stored 1
mkdir "$work/inner"
(cd "$work/inner" && tar -P --transform 's|article|../../../outside|' -cf ../dots.tar -C .. article.txt && tar -P --transform "s|article|$work/absolute|" -rf ../dots.tar -C .. article.txt)
add 0 20 "$work/dots.tar"
stored 2
[ -e "$work/absolute.txt" ] || [ -e "$work/../outside.txt" ] && complain "something was written where an archive's name says"
runs 0 "$index" dump "$work/x.bf"
says out "dots.tar"

# What is no file.
mkdir "$work/folder" "$work/folder/sub"
ln -s . "$work/folder/loop"
ln -s ../sub "$work/folder/sub/again"
ln -s self "$work/folder/self"
ln -s nowhere "$work/folder/dangling"
mkfifo "$work/folder/pipe"
cp "$work/article.txt" "$work/folder"
add 1 20 "$work/folder"
says err "folder/loop: skipped: a link to a folder it stands in"
says err "folder/self: can't be read"
says err "folder/dangling: can't be read"
says err "folder/pipe: neither a file nor a folder"
stored 1

# A file that grows: what it was when it was opened, and it is said. A file that becomes shorter: the same.
# A reader is slower than its input only when there is much of it, so both are tried until the reader is caught at it.
grown='{"id":"g","body":"one more"}'
caught_growing='' caught_shrinking=''
for try in 1 2 3 4 5 6; do
    seq 60000 | awk '{ print "{\"id\":\"g" $1 "\",\"body\":\"number " $1 " of a file that is being written to\"}" }' >"$work/growing.jsonl"
    cp "$work/growing.jsonl" "$work/shrinking.jsonl"
    while :; do echo "$grown"; done >>"$work/growing.jsonl" &
    writer=$!
    rm -rf "$work/x.bf"
    timeout 120 "$index" add "$work/x.bf" "$work/growing.jsonl" --json >"$work/out" 2>"$work/err"
    code=$?
    kill $writer
    wait $writer 2>/dev/null
    [ $code -le 1 ] || { complain "a file that grows: ended with $code"; cat "$work/err"; }
    grep -q "it grew while it was read" "$work/err" && caught_growing=yes
    runs 0 "$index" check "$work/x.bf"
    rm -rf "$work/x.bf"
    (sleep "0.0$try"; truncate -s 500000 "$work/shrinking.jsonl") &
    timeout 120 "$index" add "$work/x.bf" "$work/shrinking.jsonl" --json >"$work/out" 2>"$work/err"
    code=$?
    wait
    [ $code -le 1 ] || { complain "a file that becomes shorter: ended with $code"; cat "$work/err"; }
    grep -q "became shorter while it was read" "$work/err" && caught_shrinking=yes
    runs 0 "$index" check "$work/x.bf"
    [ -n "$caught_growing" ] && [ -n "$caught_shrinking" ] && break
done
[ -n "$caught_growing" ] || complain "no reader was caught by a file that grows"
[ -n "$caught_shrinking" ] || echo "no reader was caught by a file that becomes shorter"

# Files that vanish under the reader's eyes.
mkdir "$work/vanishing"
seq 400 | while read -r n; do printf 'Title %s\n\nBody %s.\n' "$n" "$n" >"$work/vanishing/$n.txt"; done
rm -rf "$work/x.bf"
(for n in $(seq 400 -1 1); do rm -f "$work/vanishing/$n.txt"; done) &
timeout 60 "$index" add "$work/x.bf" "$work/vanishing" --json >"$work/out" 2>"$work/err"
code=$?
wait
[ $code -le 1 ] || { complain "files that vanish: ended with $code"; cat "$work/err"; }
runs 0 "$index" check "$work/x.bf"

[ $failures -eq 0 ]
