# What goes in comes out: dump | add gives the same dump, through replacing, deleting and merging; exit codes tell found from nothing.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
corpus=corpus/articles

runs 0 "$index" add "$work/one.bf" $corpus --quiet
runs 0 "$index" dump "$work/one.bf"
cp "$work/out" "$work/dump"
articles=$(wc -l <"$work/dump")
[ "$articles" -gt 100 ] || complain "only $articles articles in the corpus"
runs 0 "$index" stats "$work/one.bf" --json
says out "\"articles\":$articles,"
cp "$work/out" "$work/stats"

# By a pipe, as a person would.
"$index" dump "$work/one.bf" | "$index" add "$work/two.bf" - --quiet || complain "dump | add"
runs 0 "$index" dump "$work/two.bf"
same "$work/dump" "$work/out"
for what in terms postings positions tokens; do
    [ "$(grep -o "\"$what\":[0-9]*" "$work/stats")" = "$("$index" stats "$work/two.bf" --json | grep -o "\"$what\":[0-9]*")" ] || complain "$what differ"
done
runs 0 "$index" dump "$work/one.bf" --terms
cp "$work/out" "$work/terms"
runs 0 "$index" dump "$work/two.bf" --terms
same "$work/terms" "$work/out"

# In many small commits, each replacing some of what was there, then merged: the same articles, and the same answers.
split -l 40 "$work/dump" "$work/part."
for part in "$work"/part.*; do runs 0 "$index" add "$work/three.bf" "$part" --no-merge --no-sync --quiet; done
head -n 30 "$work/dump" >"$work/again"
runs 0 "$index" add "$work/three.bf" "$work/again" --no-merge --force
says out "30 articles stored, 30 of them in place of earlier ones"
runs 0 "$index" check "$work/three.bf"
answers() {
    for query in harbour '"port alder"' 'strike -night' 'title:storm' 'section:sports cup' 'the AND (king OR minister)' nosuchword; do
        "$search" "$1" --format trec -k 1000 "$query" | sort
        "$search" "$1" --count "$query"
    done | sed 's/ [0-9]* \([0-9.]*\) backfile$/ \1/'
}
answers "$work/one.bf" >"$work/answers"
answers "$work/three.bf" >"$work/answers.many"
same "$work/answers" "$work/answers.many"
runs 0 "$index" merge "$work/three.bf"
runs 0 "$index" stats "$work/three.bf" --json
says out '"deleted":0,'
says out '"segments":1,'
answers "$work/three.bf" >"$work/answers.many"
same "$work/answers" "$work/answers.many"
runs 0 "$index" dump "$work/three.bf"
sort "$work/out" >"$work/three.sorted"
sort "$work/dump" >"$work/one.sorted"
same "$work/one.sorted" "$work/three.sorted"

# Deleting every article by the ids that search prints.
runs 0 "$search" "$work/three.bf" --format ids -k 3 harbour
mapfile -t ids <"$work/out"
[ ${#ids[@]} -eq 3 ] || complain "three ids were asked for"
runs 0 "$search" "$work/three.bf" --show "${ids[0]}"
runs 0 "$index" delete "$work/three.bf" "${ids[@]}"
says out "3 articles deleted"
runs 1 "$search" "$work/three.bf" --show "${ids[0]}"
runs 0 "$index" stats "$work/three.bf" --json
says out "\"articles\":$((articles - 3)),"
"$index" dump "$work/three.bf" | sed 's/^{"id":"\([^"]*\)".*/\1/' | "$index" delete "$work/three.bf" - --quiet || complain "deleting what was dumped"
runs 0 "$index" stats "$work/three.bf" --json
says out '"articles":0,'
runs 0 "$index" check "$work/three.bf"
runs 1 "$search" "$work/three.bf" harbour
runs 0 "$index" dump "$work/three.bf"
silent out

# Refused records, kept as JSON lines whose bytes can be mended and added.
printf '%s\n' '{"id": "g1", "body": "good"}' '{"id": "b1", "body": "bad' '{"id": "b2", "body": ""}' '{"id": "g2", "body": "fine"}' >"$work/mixed.jsonl"
runs 1 "$index" add "$work/four.bf" "$work/mixed.jsonl" --errors "$work/refused"
says out "2 articles stored, 2 records refused"
[ "$(wc -l <"$work/refused")" -eq 2 ] || { complain "two records were refused"; cat "$work/refused"; }
runs 0 "$search" "$work/four.bf" --count good fine
says out 2
cat "$work/mixed.jsonl" | "$index" add "$work/five.bf" - >"$work/out" 2>"$work/err"
[ $? -eq 1 ] || complain "standard input with refused records ends with 1"
says err "record 2, line 2"

# Found, nothing, error.
runs 0 "$search" "$work/one.bf" harbour
silent err
runs 1 "$search" "$work/one.bf" nosuchword
runs 1 "$search" "$work/one.bf" --count nosuchword
runs 2 "$search" "$work/none.bf" harbour
printf '1\tharbour\n2\tnosuchword\n' >"$work/topics"
runs 0 "$search" "$work/one.bf" --topics "$work/topics" --format trec
runs 1 "$search" "$work/one.bf" --topics - --format ids # no topic at all
"$search" "$work/one.bf" --topics - --format ids <"$work/topics" >"$work/out" 2>"$work/err" || complain "topics from standard input"

[ $failures -eq 0 ]
