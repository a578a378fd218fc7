# A long run that commits as it goes, is killed, and is run again: what was said to be committed is there, what is there unchanged is left
# out, what was changed is not.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}"
news=$work/news.bf
articles() { # articles FIRST LAST WORD
    seq "$1" "$2" | awk -v word="$3" '{ printf "{\"id\": \"a%d\", \"title\": \"Number %d\", \"body\": \"", $1, $1
        for (i = 0; i < 120; i++) printf "%s%d ", word, (i * $1) % 997
        print "\"}" }'
}
number_of() { "$index" stats "$news" --json 2>/dev/null | sed -n 's/^{"articles":\([0-9]*\).*/\1/p'; }
committed() { sed -n 's/.*: \([0-9,]*\) articles of this run committed$/\1/p' "$work/err" | tail -n 1 | tr -d ,; }

articles 1 6000 word >"$work/in.jsonl"
before=0
for kill in 1 2 3 4; do
    "$index" add "$news" "$work/in.jsonl" --commit-every 100K --memory 8M >"$work/out" 2>"$work/err" &
    writer=$!
    sleep "0.$((RANDOM % 4 + 1))"
    kill -9 $writer 2>/dev/null
    wait $writer 2>/dev/null
    said=$(committed)
    there=$(number_of)
    [ "${there:-0}" -ge $((before + ${said:-0})) ] || complain "run $kill: $said were said to be committed on top of $before, $there are there"
    [ -z "$there" ] || runs 0 "$index" check "$news"
    before=${there:-0}
done
runs 0 "$index" add "$news" "$work/in.jsonl" --commit-every 1M --json
says out "\"unchanged\":$before,"
says out "\"stored\":$((6000 - before)),"
[ "$(number_of)" = 6000 ] || complain "not all are there"
"$index" dump "$news" >"$work/dump.jsonl"
runs 0 "$index" add "$work/whole.bf" "$work/in.jsonl" --quiet
"$index" dump "$work/whole.bf" >"$work/whole.jsonl"
same "$work/dump.jsonl" "$work/whole.jsonl"

# Nothing to do is nothing done: no commit.
generation=$("$index" stats "$news" --json | grep -o '"generation":[0-9]*')
runs 0 "$index" add "$news" "$work/in.jsonl"
says out "0 articles stored, 6,000 there already, unchanged"
[ "$("$index" stats "$news" --json | grep -o '"generation":[0-9]*')" = "$generation" ] || complain "a commit of nothing"

# What changed is taken, wherever it stands and however little it is.
sed '17s/Number/Numbef/; 4000s/word/ward/; 5999s/"body"/"section": "x", "body"/' "$work/in.jsonl" >"$work/changed.jsonl"
runs 0 "$index" add "$news" "$work/changed.jsonl" --commit-every 60s --json
says out '"stored":3,"replaced":3,'
says out '"unchanged":5997,'
runs 0 "$search" "$news" --show a17
says out Numbef
runs 0 "$index" add "$news" "$work/changed.jsonl" --json
says out '"stored":0,'
runs 0 "$index" add "$news" "$work/changed.jsonl" --force --json
says out '"stored":6000,"replaced":6000,'
says out '"unchanged":0,'

# An interruption says what stands.
rm -r "$news"
(articles 1 300 word; sleep 5) | "$index" add "$news" - --as json --commit-every 20K >"$work/out" 2>"$work/err" &
for wait in $(seq 100); do [ -n "$(committed)" ] && break; sleep 0.1; done
kill -INT "$(pgrep -P $$ -f "add $news" | tail -n 1)" 2>/dev/null || complain "no run to interrupt"
wait 2>/dev/null
says err "articles of this run are committed and stay"
[ "$(number_of)" = "$(committed)" ] || complain "$(committed) were said to be committed, $(number_of) are there"

for wrong in 0 0s -1s ten 5x ""; do
    runs 2 "$index" add "$news" "$work/in.jsonl" --commit-every "$wrong"
    says err "--commit-every wants a size such as 256M or a time such as 60s"
done
[ $failures -eq 0 ]
