# backfile-bench: the measurements on a small index whose figures can be known, and the contract of the drivers.
set -u
bench=${BUILD:-build/release}/backfile-bench
index=${BUILD:-build/release}/backfile-index
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
    echo "line ${BASH_LINENO[1]}: $*"
    failures=$((failures + 1))
}
runs() {
    local wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    local code=$?
    [ $code -eq "$wanted" ] || { complain "$* ended with $code, not $wanted"; cat "$work/out" "$work/err"; }
}
says() { grep -qE -- "$2" "$work/$1" || { complain "$1 does not say: $2"; cat "$work/$1"; }; }

# ---- quality: hits of "storm" are d1 (twice in it), then d2; of "calm" d3; "fog" is never found. ----
cat >"$work/articles.jsonl" <<'END'
{"id": "d1", "title": "", "body": "storm storm north"}
{"id": "d2", "title": "", "body": "storm east south"}
{"id": "d3", "title": "", "body": "calm east north"}
END
printf '1\tstorm\n2\tcalm\n3\tfog\n4\tunjudged\n' >"$work/topics.tsv"
printf '1 0 d2 1\n1 0 d3 1\n2 0 d3 2\n3 0 d1 1\n' >"$work/qrels.txt"
runs 0 "$index" add "$work/small.bf" "$work/articles.jsonl" --language none
runs 0 "$bench" quality "$work/small.bf" --topics "$work/topics.tsv" --qrels "$work/qrels.txt" --per-topic
# Topic 1: the one found is at rank 2 of two relevant: AP 1/4, RR 1/2. nDCG (1/log2 3) / (1 + 1/log2 3) = 0.3869. Topic 2: all 1,
# P@10 1/10. Topic 3: nothing. Means over three.
says out '^\| 1 +\| +0\.2500 \| +0\.3869 \| +0\.1000 \| +0\.5000 \| +0\.5000 \|$'
says out '^\| 2 +\| +1\.0000 \| +1\.0000 \| +0\.1000 \| +1\.0000 \| +1\.0000 \|$'
says out '^\| 3 +\| +0\.0000 \| +0\.0000 \| +0\.0000 \| +0\.0000 \| +0\.0000 \|$'
says out '^\| all 3 \| +0\.4167 \| +0\.4623 \| +0\.0667 \| +0\.5000 \| +0\.5000 \|$'
says out '^1 of 4 topics'
runs 0 "$bench" quality "$work/small.bf" --topics "$work/topics.tsv" --qrels "$work/qrels.txt" --json
says out '"map": 0\.41666666'
says out '"topics": 3'
runs 2 "$bench" quality "$work/small.bf" --topics "$work/qrels.txt" --qrels "$work/qrels.txt"

# ---- latency ----
printf '%s\t%s\t%s\t%s\n' q1 or game-or "storm calm" q2 and game-and "storm north" q3 phrase game-phrase "east north" \
    q4 or game-or east >"$work/queries.tsv"
runs 0 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --passes 2
says out '^\| game-or +\| +2 \|'
says out '^\| all +\| +4 \|'
runs 0 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --json --per-query --ranker exhaustive
says out '"class": "all", "queries": 4'
says out '"id": "q3", "class": "game-phrase", "mode": "phrase"'
runs 2 "$bench" latency "$work/small.bf" --queries "$work/articles.jsonl"
runs 0 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --cold --svg "$work/cold.svg"
says out 'its files evicted: [0-9.]+ % of their pages stayed'
says out '^open: microseconds'
grep -q '</svg>' "$work/cold.svg" || complain "no plot"
runs 0 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --threads 3 --passes 2
says out '^\| 1 +\| +all they can \| +[0-9]+ \| +8 \|'
says out '^\| 3 +\| +all they can \| +[0-9]+ \| +24 \|'
runs 0 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --threads 2 --rate 500 --rate 2000 --json --svg "$work/rate.svg"
says out '"kind": "arrivals"'
says out '"threads": 2, "queries_a_second_asked": 2000'
runs 2 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --rate fast
says err 'queries a second, not "fast"'
runs 2 "$bench" latency "$work/small.bf" --queries "$work/queries.tsv" --rate 5 --cold

# ---- compare ----
report="$bench latency $work/small.bf --queries $work/queries.tsv --json"
$report >"$work/a.json"
$report --count >"$work/c.json"
runs 0 "$bench" compare "$work/a.json" "$work/a.json" --svg "$work/compare.svg"
says out '^\| all +\| +4 \| .* \| +1\.000 \(.* no difference shown \|$'
says out 'did not take turns'
runs 0 "$bench" compare --interleave 2 "$report" "$report --ranker exhaustive" --json
says out '"a_rounds": 10, "b_rounds": 10, "interleaved": true'
says err 'turn 3 of 4: B'
runs 2 "$bench" compare "$work/a.json" "$work/c.json"
says err 'measured different things'
runs 2 "$bench" compare --interleave 1 "$report" false
says err ': false|the command failed: false|^backfile-bench: false'
runs 2 "$bench" compare "$work/a.json"

# ---- growth ----
awk 'BEGIN { for (i = 0; i < 16; i++) printf "{\"id\": \"g%d\", \"title\": \"\", \"body\": \"storm north %d\"}\n", i, i }' >"$work/many.jsonl"
runs 0 "$bench" growth --articles "$work/many.jsonl" --work "$work/growth" --queries "$work/queries.tsv" --svg "$work/growth.svg"
for articles in 2 4 8 16; do says out "^\| $articles +\| +1 \|"; done
says out '^\| exponent \|'
grep -q '</svg>' "$work/growth.svg" || complain "no plot"
runs 0 "$bench" growth "$work/growth/growth-1.bf" "$work/growth/growth-8.bf" --queries "$work/queries.tsv" --json
says out '"articles": 16'
[ "$(ls "$work/growth")" = "$(printf 'growth-%s.bf\ngrowth-%s.bf.cost.json\n' 1 1 2 2 4 4 8 8)" ] || complain "growth left more than its indexes"
says out '"peak_anonymous": [1-9]'
runs 0 "$bench" growth --articles "$work/many.jsonl" --work "$work/growth2" --from 100 --steps 3 --memory 64M --threads 1 \
    --queries "$work/queries.tsv" --svg "$work/growth2.svg"
says out '^\| MB of articles \| articles '
[ "$(grep -c '<svg' "$work/growth2.svg")" = 6 ] || complain "no plots of what indexing took"
[ "$(ls "$work/growth2" | wc -l)" = 6 ] || complain "growth did not keep three indexes and what they took"
runs 2 "$bench" growth --articles "$work/articles.jsonl" --work "$work/growth3" --queries "$work/queries.tsv"
says err 'fewer than eight lines'

# ---- grow, describe ----
"$bench" grow "$work/many.jsonl" --times 3 --seed 7 >"$work/grown.jsonl" 2>"$work/err" || complain "grow failed"
[ "$(wc -l <"$work/grown.jsonl")" -eq 48 ] || complain "three times sixteen are not 48"
[ "$(cut -d'"' -f4 "$work/grown.jsonl" | sort -u | wc -l)" -eq 48 ] || complain "ids come twice"
head -n 16 "$work/grown.jsonl" | cmp -s - <(sed 's/": "/":"/g; s/", "/","/g' "$work/many.jsonl") || complain "the first copy is not the archive"
"$bench" grow "$work/many.jsonl" --times 3 --seed 7 2>/dev/null | cmp -s - "$work/grown.jsonl" || complain "one seed, two archives"
"$bench" grow "$work/many.jsonl" --times 3 --seed 8 2>/dev/null | cmp -s - "$work/grown.jsonl" && complain "two seeds, one archive"
echo '{"id": "one", "title": "", "body": ""}' >"$work/one.jsonl"
runs 0 "$bench" grow "$work/one.jsonl" --times 3
says out '^\{"id":"one~2","title":"","body":""\}$'
runs 0 "$bench" describe "$work/many.jsonl" "$work/grown.jsonl" --queries "$work/queries.tsv"
says out '^\| articles +\| +16 \| +48 \|$'
says out '^\| words an article, mean +\| +3\.0 \| +3\.0 \|$'
runs 2 "$bench" grow "$work/many.jsonl" --times 0
runs 2 "$bench" describe "$work/none.jsonl"

# ---- indexing ----
runs 0 "$bench" indexing "$work/articles.jsonl" --language none
says out '^3 articles stored, 0 records refused'
runs 0 "$bench" indexing "$work/articles.jsonl" --json --out "$work/kept.bf"
says out '"articles":3,'
[ -d "$work/kept.bf" ] || complain "the index was not kept"
runs 2 "$bench" indexing "$work/articles.jsonl" --out "$work/kept.bf"
says err 'is there already'

# ---- the drivers' contract ----
cat >"$work/tokens.jsonl" <<'END'
{"id":"d1","body":"storm storm north"}
{"id":"d2","body":"storm east south"}
{"id":"d3","body":"calm east north"}
END
runs 0 "$bench" peer index --tokens "$work/tokens.jsonl" --out "$work/engine" --stats "$work/stats" --threads 1
says stats '"engine":"backfile".*"mode":"engine","docs":3,"seconds":.*"cpu_seconds":.*"peak_rss_kb":.*"bytes":'
says stats '"bytes_by_part":\{"dictionary":'
runs 0 "$bench" peer search --index "$work/engine" --queries "$work/queries.tsv" --k 10,1000 --passes 1 --out "$work/rows" \
    --name me --count
[ "$(wc -l <"$work/rows")" -eq 12 ] || complain "four queries at three k are not twelve rows"
tab=$(printf '\t')
says rows "^me${tab}q3${tab}phrase${tab}game-phrase${tab}10${tab}[0-9.]+${tab}[0-9.]+${tab}(1|-1)${tab}d3:[0-9.]+$"
says rows "^me${tab}q2${tab}and${tab}game-and${tab}1000${tab}[0-9.]+${tab}[0-9.]+${tab}(1|-1)${tab}d1:[0-9.]+$"
says rows "^me${tab}q1${tab}or${tab}game-or${tab}0${tab}[0-9.]+${tab}[0-9.]+${tab}3${tab}$"
# BM25 without k1 + 1: "east" is in two of three articles, all of three words: idf ln(1 + 1.5/2.5), times 1/(1 + 1.2).
says rows "^me${tab}q4${tab}or${tab}game-or${tab}10${tab}.*${tab}d2:0\.21363[0-9]*,d3:0\.21363[0-9]*$"
runs 0 "$bench" peer index-product --articles "$work/articles.jsonl" --out "$work/product" --stats "$work/stats" --threads 1
says stats '"mode":"product","docs":3,'
runs 0 "$bench" peer ask --index "$work/product" '"storms" -north'
says out "^1${tab}[0-9.]+${tab}d1${tab}${tab}.*<b>storm</b>"
runs 2 "$bench" peer ask --index "$work/none" storm

# ---- codes: two words in two-word articles, five of each: a bit a position, and nothing shorter ----
for i in 1 2 3 4 5; do printf '{"id":"d%s","body":"storm east"}\n' $i; done >"$work/pairs.jsonl"
runs 0 "$bench" layout "$work/pairs.jsonl"
says out '^10 positions of 10 postings in 2 groups$'
says out '^\| limit: log2 C\(length, tf\) +\| +1\.00 \|.*\| 1\.000 \|'
says out '^\| flat +\| +1\.00 \|.*\| 1\.000 \|'
runs 2 "$bench" layout "$work/tokens.jsonl" # every list would be inline
runs 2 "$bench" layout "$work/none.jsonl"

runs 0 "$bench" --version
runs 0 "$bench" --help
runs 2 "$bench" guess
for command in latency compare growth indexing quality grow describe layout peer; do runs 0 "$bench" $command --help; done

[ $failures -eq 0 ]
