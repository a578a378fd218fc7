# Common mistakes: each ends with 2, prints nothing to standard output, and names the program, the thing and the reason.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"

# refuses "WORDS OF THE MESSAGE" COMMAND...
refuses() {
    local words=$1
    shift
    runs 2 "$@"
    says err "$words"
    silent out
    head -n 1 "$work/err" | grep -q "^\(usage: \)\?$(basename "$1")" || complain "the message does not begin with the program's name"
    [ "$(wc -c <"$work/err")" -lt 4000 ] || complain "a long message"
}

printf '{"id": "a", "title": "Storm", "body": "A storm."}\n' >"$work/a.jsonl"
runs 0 "$index" add "$work/news.bf" "$work/a.jsonl"
mkdir "$work/empty"
: >"$work/file"

# No index there, of every kind of not there.
for place in none empty file news.bf/seg-1.lmdb; do
    refuses "$work/$place" "$search" "$work/$place" storm
    refuses "$work/$place" "$search" "$work/$place" --show a
    for command in stats check dump merge "delete"; do
        case $command in delete) refuses "$work/$place" "$index" delete "$work/$place" a ;; *) refuses "$work/$place" "$index" $command "$work/$place" ;; esac
    done
done
[ -e "$work/none" ] && complain "an index was made by asking for it"
[ "$(ls -A "$work/empty")" = "" ] || { complain "something was made in an empty folder"; ls -la "$work/empty"; rm -rf "${work:?}/empty"/*; }

# Nothing given, too much given, unknown, malformed.
refuses "usage" "$search"
refuses "usage" "$search" "$work/news.bf"
refuses "usage" "$index"
refuses "usage" "$bench"
refuses "no command Add" "$index" Add "$work/news.bf" "$work/a.jsonl"
refuses "no command latenzy" "$bench" latenzy "$work/news.bf"
for command in add delete merge stats check dump; do
    refuses "$command --help" "$index" $command
    refuses "--frobnicate" "$index" $command "$work/news.bf" x --frobnicate
done
refuses "--frobnicate" "$search" "$work/news.bf" storm --frobnicate
refuses "--frobnicate" "$bench" latency "$work/news.bf" --frobnicate
refuses "not \"ten\"" "$search" "$work/news.bf" -k ten storm
refuses "not \"-1\"" "$search" "$work/news.bf" --offset -1 storm
refuses "--limit" "$search" "$work/news.bf" storm --limit
refuses "--b" "$search" "$work/news.bf" storm --b 1.5
refuses "--k1" "$search" "$work/news.bf" storm --k1=-1
refuses "xml" "$search" "$work/news.bf" storm --format xml
refuses "contradict" "$search" "$work/news.bf" storm --json --format tsv
refuses "mauve" "$search" "$work/news.bf" storm --color mauve
refuses "fastest" "$search" "$work/news.bf" storm --ranker fastest
refuses "two words" "$search" "$work/news.bf" storm --run-tag "two words"
refuses "$work/topics" "$search" "$work/news.bf" --topics "$work/topics"
refuses "klingon" "$index" add "$work/news.bf" "$work/a.jsonl" --language klingon
refuses "language=english" "$index" add "$work/news.bf" "$work/a.jsonl" --language german
refuses "8M" "$index" add "$work/news.bf" "$work/a.jsonl" --memory 1M
refuses "lots" "$index" add "$work/news.bf" "$work/a.jsonl" --memory lots
refuses "morse" "$index" add "$work/news.bf" "$work/a.jsonl" --as morse
refuses "not a folder" "$index" add "$work/file" "$work/a.jsonl"
mkdir "$work/archive" && cp "$work/a.jsonl" "$work/archive"
refuses "$work/archive: a folder with other files in it, not an index" "$index" add "$work/archive" "$work/a.jsonl"
[ "$(ls -A "$work/archive")" = a.jsonl ] || complain "a folder of articles was made an index"
refuses "an index, not articles" "$index" add "$work/news.bf" "$work/news.bf"
refuses "$work/missing" "$index" add "$work/news.bf" "$work/a.jsonl" "$work/missing"
refuses "$work/no/where.bf" "$index" add "$work/no/where.bf" "$work/a.jsonl"
refuses "\"colour\"" "$index" dump "$work/news.bf" --terms --field colour
refuses "$work/no" "$index" add "$work/news.bf" "$work/a.jsonl" --errors "$work/no/errors"
refuses "$work/queries" "$bench" latency "$work/news.bf" --queries "$work/queries"

# None of it did anything.
runs 0 "$index" stats "$work/news.bf" --json
says out '"articles":1,'
runs 0 "$index" check "$work/news.bf"

# Damage is named, by every program that comes upon it.
printf 'not an environment at all' >"$work/empty/manifest.lmdb"
refuses "$work/empty/manifest.lmdb" "$search" "$work/empty" storm
runs 2 "$index" check "$work/empty"
says err "$work/empty/manifest.lmdb"

# Whatever may follow "--", whatever is odd in a query, is a query; a control character reaches no terminal.
runs 0 "$search" "$work/news.bf" -- storm
runs 1 "$search" "$work/news.bf" -- --help
for query in '"storm' 'storm)' '((storm' 'storm AND' 'OR storm' 'title: storm' 'storm^' '-' '"' "it's" '+' 'AND' 'a:b:c' '*' '\\'; do
    "$search" "$work/news.bf" -- "$query" >"$work/out" 2>"$work/err"
    [ $? -le 1 ] || { complain "the query $query is refused"; cat "$work/err"; }
done
runs 1 "$search" "$work/news.bf" $'zeb\033[31mra'
grep -q $'\033' "$work/out" "$work/err" && complain "an escape character is printed"
runs 2 "$index" stats $'no\033[31mwhere'
grep -q $'\033' "$work/out" "$work/err" && complain "an escape character is printed"

# Help and versions.
for program in "$search" "$index" "$bench"; do
    runs 0 "$program" --help
    says out "usage: $(basename "$program")"
    silent err
    runs 0 "$program" --version
    says out "$(basename "$program") $(sed -n 's/^#define BF_VERSION "\(.*\)"/\1/p' include/backfile.h)"
    says out "LMDB"
    says out "zlib"
    silent err
done
for command in add delete merge stats check dump; do
    runs 0 "$index" $command --help
    says out "usage: backfile-index $command INDEX"
    silent err
done

[ $failures -eq 0 ]
