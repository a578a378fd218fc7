# backfile-index as a user sees it: what it prints, what it leaves, how it exits.
set -u
index=${BUILD:-build/release}/backfile-index
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
    echo "line ${BASH_LINENO[1]}: $*"
    failures=$((failures + 1))
}
# runs CODE COMMAND...: its output is then in $work/out and $work/err.
runs() {
    local wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    local code=$?
    [ $code -eq "$wanted" ] || { complain "$* ended with $code, not $wanted"; cat "$work/out" "$work/err"; }
}
says() { grep -qF -- "$2" "$work/$1" || { complain "std$1 does not say: $2"; cat "$work/$1"; }; }
silent() { [ -s "$work/$1" ] && { complain "std$1 is not empty"; cat "$work/$1"; }; }

cat >"$work/articles.jsonl" <<'END'
{"id": "a1", "title": "Ferries idle", "keywords": ["ports", "labour, unrest"], "body": "At dawn.\n\nNo \"ferry\" left."}
{"id": "a2", "date": "2031-04", "body": "A cold spring \\ by three weeks.", "desk": {"editor": "K. Moe", "grades": [1, 2.5, null]}}
{"id": "a3", "title": "Snow", "date": "2031-01-02T18:15:00+01:00", "body": "Snow fell on the harbour \ud83d\ude80 all night."}
END

# Adding, from a file and from standard input; a second time nothing is, unless it must be.
runs 0 "$index" add "$work/news.bf" "$work/articles.jsonl"
says out "3 articles stored"
silent err
runs 0 "$index" add "$work/news.bf" "$work/articles.jsonl"
says out "0 articles stored, 3 there already, unchanged"
runs 0 "$index" add "$work/news.bf" "$work/articles.jsonl" --force
says out "3 articles stored, 3 of them in place of earlier ones"
"$index" add "$work/stdin.bf" - --as json --json <"$work/articles.jsonl" >"$work/out" 2>"$work/err" ||
    complain "adding standard input"
says out '"stored":3,"replaced":0,"refused":0'
silent err
runs 0 "$index" add "$work/quiet.bf" "$work/articles.jsonl" --quiet
silent out
silent err

# What was dumped can be added again, and then dumps the same.
runs 0 "$index" dump "$work/stdin.bf"
cp "$work/out" "$work/dump.jsonl"
[ "$(wc -l <"$work/dump.jsonl")" -eq 3 ] || complain "three articles are not three lines"
says out '"keywords":["ports","labour, unrest"]'
says out '"desk":{"editor":"K. Moe","grades":[1,2.5,null]}'
says out '"date":"2031-04"'
runs 0 "$index" add "$work/again.bf" "$work/dump.jsonl"
runs 0 "$index" dump "$work/again.bf"
cmp -s "$work/out" "$work/dump.jsonl" || { complain "a dump of what was dumped differs"; diff "$work/out" "$work/dump.jsonl"; }

# Refused records are named, the rest is stored.
cat >"$work/bad.jsonl" <<'END'
{"id": "b1", "body": "good"}
{"id": "b2", "body": "bro
{"id": "b3"}
{"id": "b4", "body": "also good"}
END
runs 1 "$index" add "$work/bad.bf" "$work/bad.jsonl"
says out "2 articles stored, 2 records refused"
says err "$work/bad.jsonl: record 2, line 2"
says err "$work/bad.jsonl: record 3, line 3"
runs 1 "$index" add "$work/bad.bf" "$work/bad.jsonl" --errors "$work/refused.jsonl"
says err "2 records refused, kept in $work/refused.jsonl"
[ "$(wc -l <"$work/err")" -eq 1 ] || complain "refused records are said as well as kept"
[ "$(grep -c '^{"path":".*"record":[23],"line":[23],.*"rule":".*"bytes":".*}$' "$work/refused.jsonl")" -eq 2 ] ||
    { complain "refused records are not kept as they should be"; cat "$work/refused.jsonl"; }

# An error stops it and leaves the index as it was.
runs 2 "$index" add "$work/stdin.bf" "$work/bad.jsonl" "$work/missing.jsonl"
says err "missing.jsonl"
says err "nothing of this run was stored"
runs 0 "$index" stats "$work/stdin.bf" --json
says out '"articles":3,'

# Deleting, by name and from standard input.
runs 1 "$index" delete "$work/stdin.bf" a1 nobody
says out "1 article deleted"
says err "there is no article nobody"
echo a2 | "$index" delete "$work/stdin.bf" - >"$work/out" 2>"$work/err" || complain "deleting ids of standard input"
says out "1 article deleted"
runs 2 "$index" delete "$work/none.bf" a1
[ -e "$work/none.bf" ] && complain "delete made an index"

# Merging purges them.
runs 0 "$index" merge "$work/stdin.bf"
runs 0 "$index" stats "$work/stdin.bf" --json
says out '"articles":1,"deleted":0,'
says out '"segments":1,'
says out '"dates":{"first":"2031-01-02T18:15:00+01:00","last":"2031-01-02T18:15:00+01:00"}'
runs 0 "$index" stats "$work/stdin.bf"
says out "analyzer"
runs 0 "$index" check "$work/stdin.bf"
says out "nothing wrong"
runs 2 "$index" merge "$work/none.bf"
runs 0 "$index" dump "$work/stdin.bf"
cp "$work/out" "$work/dumped"
runs 0 "$index" merge "$work/stdin.bf" --reorder --threads 2 --memory 16M
says out "1 articles reordered by the company of 0 words"
says out "postings "
says out "positions "
runs 0 "$index" dump "$work/stdin.bf"
cmp "$work/dumped" "$work/out" || complain "reordering changed the articles"
runs 2 "$index" merge "$work/stdin.bf" --threads 2
says err "--threads (at most 1024) and --memory go with --reorder"

# Terms and postings.
runs 0 "$index" dump "$work/stdin.bf" --terms
says out "$(printf 'harbour\t1\t1')"
runs 0 "$index" dump "$work/stdin.bf" --postings snow
grep -qP '^a3\t2\t[0-9]+ [0-9]+$' "$work/out" || { complain "the postings of snow"; cat "$work/out"; }
runs 1 "$index" dump "$work/stdin.bf" --postings nothing
says err "no article holds the term nothing"

# A command line that is wrong.
runs 2 "$index"
runs 2 "$index" shred "$work/news.bf"
says err "there is no command shred"
runs 2 "$index" add "$work/news.bf"
runs 2 "$index" add "$work/news.bf" "$work/articles.jsonl" --as morse
says err "not \"morse\""
runs 2 "$index" stats "$work/none.bf"
runs 0 "$index" --version
says out "backfile-index "
runs 0 "$index" --help
for command in add delete merge stats check dump; do
    runs 0 "$index" $command --help
    says out "usage: backfile-index $command INDEX"
done

[ $failures -eq 0 ]
