# Dependencies run one way, headers compile alone; and what proves it would notice if they did not.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
case $(basename "$build") in asan | tsan | fuzz) echo "nothing to do with sanitizers"; exit 77 ;; esac
unset MAKEFLAGS MAKELEVEL MFLAGS

runs 0 tests/check-layers
says out "layers hold"
runs 0 make check-headers CC="${CC:-gcc}"
says out "every header compiles alone"

tree=$work/tree
mkdir "$tree"
cp -r include common indexer searcher bench Makefile "$tree"
mkdir "$tree/tests"
cp tests/check-layers "$tree/tests"
runs 0 "$tree/tests/check-layers"
# offends FILE LINE WORDS: with the line added to the file the rules are broken, and the words are said.
offends() {
    cp "$tree/$1" "$work/kept"
    printf '%s\n' "$2" >>"$tree/$1"
    runs 1 "$tree/tests/check-layers"
    says out "$3"
    cp "$work/kept" "$tree/$1"
}
offends searcher/answer/searcher.c '#include "inverter.h"' indexer/invert/inverter.h
offends indexer/commit/writer.c '#include "searcher_state.h"' searcher/answer/searcher_state.h
offends common/segment/segment.c '#include <lmdb.h>' '<lmdb.h>'
offends common/codec/column.c '# include  "store.h"' common/store/store.h
offends common/base/buffer.h '#include "analyzer.h"' common/analysis/analyzer.h
offends searcher/cli/search_main.c '#include "snapshot.h"' common/segment/snapshot.h
offends indexer/cli/add_command.c '#include "writer_state.h"' indexer/commit/writer_state.h
touch "$tree/searcher/query/buffer.h"
runs 1 "$tree/tests/check-layers"
says out "two files are called buffer.h"
rm "$tree/searcher/query/buffer.h"
runs 0 "$tree/tests/check-layers"

[ $failures -eq 0 ]
