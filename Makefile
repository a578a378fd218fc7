# Backfile. Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
#
#   make            the programs and the library, release
#   make demo       install what is missing, build, index corpus/, show a first search
#   make test       install what is missing, build, run every test
#   make deps       only install what is missing
#   make install    PREFIX=/usr/local DESTDIR=
#   make check-layers check-headers
#   make asan tsan clang   the tests under another flavour of the build; asan CC=clang (after clean) also sees offsets to null pointers
#   make neon       the kernels of AArch64 and their tests, cross-compiled and run by qemu (Debian: gcc-aarch64-linux-gnu, qemu-user)
#   make fuzz       FUZZ_SECONDS=60 a target; FUZZERS_WANTED=fuzz_codec FUZZ_PART=articles: one decoder of one target
#   make fuzz-parts every decoder and every reader by itself, FUZZ_SECONDS=60 each (3600 for the long form)
#   make bench      measures this build on corpus/, or on ARTICLES=... QUERIES=...
#   make torture    the long form of the tests in which writers are killed, the power goes, disks and memory fail
#   make exact      the long form of the proof that rankings are exact
#   make unicode-tables   makes the generated tables anew from Unicode's files

VERSION  := 0.1.0
SOVERSION := 0
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
FLAVOUR  ?= release
B        := build/$(FLAVOUR)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
OPTIMISE_release := -O3
OPTIMISE_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMISE_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
OPTIMISE_clang   := -O2
OPTIMISE_neon    := -O3 -Itests/neon
OPTIMISE_fuzz    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMISE := $(OPTIMISE_$(FLAVOUR))

# -ffp-contract=off: a score is the same sum of the same floats in every ranker (no fused multiply-add).
INCLUDE_DIRS := include $(wildcard common/*/) $(wildcard indexer/*/) $(wildcard searcher/*/) bench tests tests/faults tests/refuse
CFLAGS   ?=
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(OPTIMISE) -fPIC -fvisibility=hidden -ffp-contract=off -D_GNU_SOURCE \
             $(addprefix -I,$(INCLUDE_DIRS)) $(CFLAGS)
LIBS_ENGINE := -llmdb -lstemmer -lz -lutf8proc -lpthread -lm
LIBS_READER := -larchive -ljansson

# A program that answers one query and ends spends less time searching than a dynamic linker takes to load and relocate its
# libraries. So the searching programs hold theirs, at a fixed address, where the system has the archives to link from. STATIC=
# links them like any other.
ifeq ($(FLAVOUR),release)
STATIC ?= $(shell echo 'int main(void) { return 0; }' | \
    $(CC) -x c - -static -no-pie -o /dev/null -ljansson $(LIBS_ENGINE) >/dev/null 2>&1 && echo -static -no-pie)
endif

# Files are found by folder; each program's main is the only file named here.
LIB_SRC    := $(wildcard common/*/*.c) $(filter-out indexer/reader/% indexer/cli/%,$(wildcard indexer/*/*.c)) \
              $(filter-out searcher/cli/% searcher/output/%,$(wildcard searcher/*/*.c))
READER_SRC := $(wildcard indexer/reader/*.c)
INDEX_SRC  := $(wildcard indexer/cli/*.c)
SEARCH_SRC := $(wildcard searcher/cli/*.c) $(wildcard searcher/output/*.c)
BENCH_SRC  := $(wildcard bench/*.c)
MAINS      := indexer/cli/index_main.c searcher/cli/search_main.c bench/bench_main.c
TEST_SRC   := $(wildcard tests/test_*.c)
FUZZ_SRC   := $(wildcard tests/fuzz_*.c)
SUPPORT_SRC := $(filter-out $(TEST_SRC) $(FUZZ_SRC) tests/replay_driver.c,$(wildcard tests/*.c)) tests/faults/fault_child.c

# One short line a step; V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-4s %s\n' $(1) $(2))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJ    := $(call obj,$(LIB_SRC))
TESTED_OBJ := $(call obj,$(filter-out $(MAINS),$(READER_SRC) $(INDEX_SRC) $(SEARCH_SRC) $(BENCH_SRC) $(SUPPORT_SRC)))

PROGRAMS := $(B)/backfile-index $(B)/backfile-search $(B)/backfile-bench
TESTS    := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
REPLAYS  := $(patsubst tests/fuzz_%.c,$(B)/tests/replay_%,$(FUZZ_SRC))
FUZZERS  := $(patsubst tests/%.c,$(B)/fuzz/%,$(FUZZ_SRC))

.PHONY: all demo test deps install uninstall check-layers check-headers asan tsan clang neon kernel-tests fuzz bench torture exact clean \
        unicode-tables test-programs run-tests fuzzers fuzz-parts
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) $(B)/libbackfile.a $(B)/libbackfile.so $(B)/backfile.pc

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/libbackfile.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)ar rcs $@ $^

$(B)/libbackfile.so: $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -shared -Wl,-soname,libbackfile.so.$(SOVERSION) -o $@ $^ $(LDFLAGS) $(LIBS_ENGINE)
	@ln -sf libbackfile.so $(B)/libbackfile.so.$(SOVERSION)

$(B)/backfile-index: $(call obj,$(INDEX_SRC) $(READER_SRC)) $(B)/libbackfile.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -o $@ $^ $(LDFLAGS) $(LIBS_READER) $(LIBS_ENGINE)

$(B)/backfile-search: $(call obj,$(SEARCH_SRC)) $(B)/libbackfile.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) $(STATIC) -o $@ $^ $(LDFLAGS) $(LIBS_ENGINE)

# Without the readers, whose libraries would take longer to load than `peer ask` takes to answer.
$(B)/backfile-bench: $(call obj,$(BENCH_SRC)) $(B)/libbackfile.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) $(STATIC) -o $@ $^ $(LDFLAGS) -ljansson $(LIBS_ENGINE)

$(B)/backfile.pc: Makefile
	@mkdir -p $(@D)
	@printf 'prefix=%s\nlibdir=$${prefix}/lib\nincludedir=$${prefix}/include\n\nName: backfile\nDescription: embedded full-text search for archives of news articles\nVersion: %s\nLibs: -L$${libdir} -lbackfile\nLibs.private: %s\nCflags: -I$${includedir}\n' \
		'$(PREFIX)' '$(VERSION)' '$(LIBS_ENGINE)' > $@

# ---- Tests ----

# What tests link against beside the library: a test takes of it only what it uses.
$(B)/libtested.a: $(TESTED_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)ar rcs $@ $^

$(B)/tests/%: $(B)/obj/tests/%.o $(B)/libtested.a $(B)/libbackfile.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -o $@ $^ $(LDFLAGS) $(LIBS_READER) $(LIBS_ENGINE) -lcmocka

# Tests in which system calls fail: the calls are our own, and only there.
FAULTS := $(call obj,$(filter-out $(SUPPORT_SRC),$(wildcard tests/faults/*.c)))
FAULTED := test_kill_calls test_power test_write_errors
$(addprefix $(B)/tests/,$(FAULTED)): $(FAULTS)

# The thread sanitizer calls mmap, which is ours, before it can watch anybody.
ifeq ($(FLAVOUR),tsan)
$(B)/obj/tests/faults/fault_calls.o: OPTIMISE += -fno-sanitize=thread
endif

# The same for the programs, to be preloaded.
$(B)/tests/fault_calls.so: $(B)/obj/tests/faults/fault_calls.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -shared -o $@ $^

# Test and programs whose memory can be refused.
REFUSED := $(call obj,tests/refuse/refused_memory.c)
REFUSING := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup
$(B)/tests/test_memory_refused: $(REFUSED)
$(B)/tests/test_memory_refused: LDFLAGS += $(REFUSING)

$(B)/tests/refused-search: $(call obj,$(SEARCH_SRC)) $(REFUSED) $(B)/libbackfile.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -o $@ $^ $(LDFLAGS) $(REFUSING) $(LIBS_ENGINE)

$(B)/tests/refused-index: $(call obj,$(INDEX_SRC) $(READER_SRC)) $(REFUSED) $(B)/libbackfile.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -o $@ $^ $(LDFLAGS) $(REFUSING) $(LIBS_READER) $(LIBS_ENGINE)

$(B)/tests/two_articles: examples/two_articles.c $(B)/libbackfile.so
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -std=c17 $(WARNINGS) $(OPTIMISE) -Iinclude -o $@ $< -L$(B) -lbackfile -Wl,-rpath,'$$ORIGIN/..'

# A fuzzer's target behind a driver of our own, which replays the inputs that are kept.
$(B)/tests/replay_%: $(B)/obj/tests/fuzz_%.o $(B)/obj/tests/replay_driver.o $(B)/libtested.a $(B)/libbackfile.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -o $@ $^ $(LDFLAGS) $(LIBS_READER) $(LIBS_ENGINE)

test-programs: all $(TESTS) $(REPLAYS) $(B)/tests/two_articles $(B)/tests/fault_calls.so $(B)/tests/refused-search $(B)/tests/refused-index

run-tests: test-programs
	@CC='$(CC)' BUILD='$(B)' tests/run

test: deps
	+@$(MAKE) --no-print-directory run-tests

asan:
	+@$(MAKE) --no-print-directory FLAVOUR=$@ run-tests

# Those that have threads, some of them a writer's that merges beside; the others would only run ten times slower.
THREADED := $(patsubst tests/%.c,%,$(shell grep -lE "pthread_create|crew_new|\.threads = " $(TEST_SRC))) $(FAULTED)
tsan:
	+@$(MAKE) --no-print-directory FLAVOUR=tsan $(addprefix build/tsan/tests/,$(THREADED))
	@BUILD=build/tsan ONLY='$(THREADED)' tests/run

clang:
	+@$(MAKE) --no-print-directory FLAVOUR=clang CC=clang CFLAGS=-Werror run-tests

# What has a file for each instruction set, and what that needs: no library but the compiler's own.
KERNEL_TESTS := test_levels test_codec_bitpack test_codec_positions test_page_kernel
KERNEL_SRC := $(wildcard common/base/*.c common/analysis/ascii_classes*.c common/codec/bitpack*.c common/codec/page_unpack*.c \
              common/codec/pfor.c common/codec/rice_*.c common/codec/position_*.c common/codec/length_byte.c searcher/rank/page_kernel*.c)

$(B)/kernels/%: $(B)/obj/tests/%.o $(call obj,$(KERNEL_SRC))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -static -o $@ $^ $(LDFLAGS) -lpthread -lm

kernel-tests: $(addprefix $(B)/kernels/,$(KERNEL_TESTS))

neon:
	+@$(MAKE) --no-print-directory FLAVOUR=neon CC=aarch64-linux-gnu-gcc kernel-tests
	@for test in $(KERNEL_TESTS); do echo "$$test"; qemu-aarch64 build/neon/kernels/$$test || exit 1; done

torture: all test-programs
	@BUILD='$(B)' tests/torture

exact: all test-programs
	@BUILD='$(B)' tests/exact

# A fuzzer is clang's libFuzzer.
$(B)/fuzz/%: $(B)/obj/tests/%.o $(B)/libtested.a $(B)/libbackfile.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPTIMISE) -fsanitize=fuzzer -o $@ $^ $(LDFLAGS) $(LIBS_READER) $(LIBS_ENGINE)

fuzzers: $(FUZZERS)

FUZZ_SECONDS ?= 60
FUZZERS_WANTED ?= $(patsubst tests/%.c,%,$(FUZZ_SRC))
fuzz:
	+@$(MAKE) --no-print-directory FLAVOUR=fuzz CC=clang fuzzers
	@for fuzzer in $(FUZZERS_WANTED); do \
		mkdir -p build/fuzz/corpus/$$fuzzer tests/data/fuzz/$$fuzzer; \
		echo "$$fuzzer: $(FUZZ_SECONDS) s"; \
		build/fuzz/fuzz/$$fuzzer -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=tests/data/fuzz/$$fuzzer/ build/fuzz/corpus/$$fuzzer tests/data/fuzz/$$fuzzer || exit 1; \
	done

# A fuzzer's parts are named in its source; one without has only itself.
fuzz-parts:
	@for source in $(FUZZ_SRC); do \
		for part in $$(sed -n 's/.* parts\[\] = {\(.*\)};/\1/p' $$source | tr -d '",') ""; do \
			[ -n "$$part" ] || ! grep -q ' parts\[\] = ' $$source || continue; \
			echo "$$(basename $$source .c) $$part"; \
			FUZZ_PART=$$part $(MAKE) --no-print-directory fuzz FUZZERS_WANTED=$$(basename $$source .c) || exit 1; \
		done; \
	done

# ---- Rules of the house ----

check-layers:
	@tests/check-layers

check-headers:
	@for header in include/*.h $(wildcard common/*/*.h indexer/*/*.h searcher/*/*.h bench/*.h); do \
		printf '#include "%s"\n' "$$(basename $$header)" | \
		$(CC) $(ALL_CFLAGS) -Werror -fsyntax-only -x c - || { echo "$$header does not compile alone"; exit 1; }; \
	done; echo "every header compiles alone"

# ---- For people ----

deps:
	@.ci/deps

demo: deps
	+@$(MAKE) --no-print-directory all
	@BUILD='$(B)' corpus/demo

bench: all
	@BUILD='$(B)' bench/run $(ARTICLES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 include/backfile.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(B)/libbackfile.a $(DESTDIR)$(PREFIX)/lib
	install -m 755 $(B)/libbackfile.so $(DESTDIR)$(PREFIX)/lib/libbackfile.so.$(VERSION)
	ln -sf libbackfile.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libbackfile.so.$(SOVERSION)
	ln -sf libbackfile.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/libbackfile.so
	sed 's|^prefix=.*|prefix=$(PREFIX)|' $(B)/backfile.pc > $(DESTDIR)$(PREFIX)/lib/pkgconfig/backfile.pc
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(notdir $(PROGRAMS))) $(DESTDIR)$(PREFIX)/include/backfile.h \
		$(addprefix $(DESTDIR)$(PREFIX)/lib/,libbackfile.a libbackfile.so libbackfile.so.$(SOVERSION) libbackfile.so.$(VERSION) pkgconfig/backfile.pc) \
		$(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard man/*.1)))

unicode-tables:
	@mkdir -p build/generate
	$(CC) -std=gnu17 $(WARNINGS) -O1 -Icommon/analysis -o build/generate/unicode_table_generate common/analysis/generate/unicode_table_generate.c
	build/generate/unicode_table_generate /usr/share/unicode > build/generate/unicode_table.c
	cp build/generate/unicode_table.c common/analysis/unicode_table.c

clean:
	rm -rf build

-include $(patsubst %.c,$(B)/obj/%.d,$(LIB_SRC) $(READER_SRC) $(INDEX_SRC) $(SEARCH_SRC) $(BENCH_SRC) $(TEST_SRC) $(FUZZ_SRC) $(SUPPORT_SRC) $(wildcard tests/faults/*.c tests/refuse/*.c))
