/*
 * Damaged on purpose: bytes of every file of an index are flipped, one at a time, files are cut short, and pages change
 * places. Whatever was damaged, nothing crashes or hangs, each search answers as before or says BF_CORRUPT, and `check`
 * notices every flip that any answer suffers from.
 *
 * FLIPS=all for every byte (of the largest index, a large sample) instead of a few; FLIPS=N for N an index; SWAPS=N for N
 * pages that change places; TEST=test_paged for one of the tests, so that a long form can be run in parts. Nothing is tried in
 * this process, so that a crash is counted: flips go many to a process, which costs more than a look does, and on to the next one
 * where it dies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "damaged_index.h"
#include "fault_child.h"
#include "hash.h"
#include "index_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TREE_PAGE_SIZE = 4096,
    FLIPS_USUAL = 700,       /* an index */
    WRITES_USUAL = 300,
    SWAPS_USUAL = 60,        /* of pages, an index */
    FLIPS_ALL = 200000,      /* of an index with more bytes than this, so many at random instead of all */
    FLIPS_A_PROCESS = 256,
    SECONDS_MOST = 20,       /* for one look at a damaged index */
};

static const char *const queries[] = {
    "w0", "w3 w7 w12", "+w1 -w2 w30", "\"w0 w1\"", "title:w5", "alder AND birch", "section:politics w2", "keywords:trade",
    "version2", "w39 hazel", "nosuchword",
};

enum { QUERIES = sizeof queries / sizeof *queries };

/* What became of a look at an index, as the code a process ends with. */
enum {
    OUTCOME_ERROR = 1,      /* something was refused with BF_CORRUPT */
    OUTCOME_WRONG = 2,      /* an answer differs and nothing was said */
    OUTCOME_CHECKED = 4,    /* `check` found something */
    OUTCOME_ODD = 8,        /* another failure than BF_CORRUPT */
};

struct answers {
    uint64_t hash[QUERIES];
    uint64_t articles;
};

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    return (hash ^ hash_bytes(bytes, length)) * UINT64_C(0x9E3779B97F4A7C15) + length;
}

static bf_status answer(bf_searcher *searcher, const char *query, uint64_t *hash, bf_error *error)
{
    bf_results *results;
    bf_status status = bf_search(searcher, query, NULL, &results, error);
    if (status != BF_OK) return status;
    uint64_t total = bf_results_total(results);
    *hash = mix(1, &total, sizeof total);
    for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_passage passage;
        bf_text id;
        status = bf_results_id(results, i, &id, error);
        if (status == BF_OK) status = bf_results_article(results, i, &article, error);
        if (status == BF_OK) status = bf_results_snippet(results, i, 0, &passage, error);
        if (status != BF_OK) break;
        *hash = mix(*hash, id.bytes, id.length);
        *hash = mix(*hash, &bf_results_hit(results, i)->score, sizeof(float));
        *hash = mix(*hash, article->title.bytes, article->title.length);
        *hash = mix(*hash, article->body.bytes, article->body.length);
        *hash = mix(*hash, passage.text.bytes, passage.text.length);
    }
    bf_results_free(results);
    return status;
}

/* An outcome without OUTCOME_WRONG. */
static int look(const char *path, struct answers *answers, const struct answers *right)
{
    int outcome = 0;
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    bf_status status = bf_searcher_open(path, &searcher, &error);
    for (int i = -1; i < QUERIES; i++) {
        if (searcher && i >= 0) status = answer(searcher, queries[i], &answers->hash[i], &error);
        if (status == BF_OK) {
            if (right && i >= 0 && answers->hash[i] != right->hash[i]) {
                outcome |= OUTCOME_WRONG;
                if (getenv("VERBOSE")) printf("wrong: %s\n", queries[i]);
            }
            continue;
        }
        outcome |= status == BF_CORRUPT ? OUTCOME_ERROR : OUTCOME_ERROR | OUTCOME_ODD;
        if (getenv("VERBOSE")) printf("%s: %s\n", bf_status_name(status), error.message);
        if (!strstr(error.message, ".lmdb")) outcome |= OUTCOME_ODD;
        if (!searcher) break;
    }
    bf_stats stats;
    if (searcher && bf_searcher_stats(searcher, &stats, &error) == BF_OK) answers->articles = stats.articles;
    bf_searcher_close(searcher);
    if (bf_check(path, NULL, NULL, &error) != BF_OK) outcome |= OUTCOME_CHECKED;
    return outcome;
}

/* ---- Damaging ---- */

struct flip {
    int file;
    size_t at;
    unsigned bit;
};

struct damage {
    struct damaged_index index;
    struct answers right;
    int (*look)(const struct damage *damage);   /* at the index as it is now */
    const char *(*judge)(int outcome);          /* what is wrong with what it gave; NULL: nothing */
    bool is_written_to;                         /* by that look */
    unsigned tries, errors, noticed, bad;
    struct flip flips[FLIPS_A_PROCESS];         /* to be tried next */
    unsigned flip_count, flips_done;
    int *outcomes;                              /* of them; shared with the child */
};

static void damage_open(struct damage *damage, const char *path)
{
    damaged_index_open(&damage->index, path);
    damage->outcomes = mmap(NULL, sizeof(int[FLIPS_A_PROCESS]), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true((void *)damage->outcomes != MAP_FAILED);
}

static void damage_close(struct damage *damage)
{
    munmap(damage->outcomes, sizeof(int[FLIPS_A_PROCESS]));
    damaged_index_close(&damage->index);
}

static int look_again(const struct damage *damage)
{
    struct answers answers = {0};
    return look(damage->index.path, &answers, &damage->right);
}

static const char *judge_look(int outcome)
{
    if (outcome & OUTCOME_WRONG) return outcome & OUTCOME_CHECKED ? "answers wrong, which check notices" : "answers wrong";
    if (outcome & OUTCOME_ODD) return "another failure than of damage";
    return (outcome & OUTCOME_ERROR) && !(outcome & OUTCOME_CHECKED) ? "refused, but check sees nothing" : NULL;
}

static void damage_complain(struct damage *damage, int file, size_t at, const char *what, const char *verdict)
{
    if (damage->bad++ < 40 || getenv("VERBOSE"))
        print_error("%s, byte %zu (page %zu + %zu) %s: %s\n", damage->index.names[file], at, at / TREE_PAGE_SIZE,
                    at % TREE_PAGE_SIZE, what, verdict);
}

/* What came of one: an outcome, or a process that ended before there was any. */
static void damage_count(struct damage *damage, int file, size_t at, const char *what, const int *outcome, int how)
{
    char ended[48];
    damage->tries++;
    if (outcome) {
        const char *verdict = damage->judge(*outcome);
        damage->errors += (*outcome & OUTCOME_ERROR) != 0;
        damage->noticed += (*outcome & OUTCOME_CHECKED) != 0;
        if (verdict) damage_complain(damage, file, at, what, verdict);
        return;
    }
    if (WIFEXITED(how)) snprintf(ended, sizeof ended, "ends with code %d", WEXITSTATUS(how));
    else snprintf(ended, sizeof ended, WTERMSIG(how) == SIGALRM ? "hangs" : "crashes with signal %d", WTERMSIG(how));
    damage_complain(damage, file, at, what, ended);
}

static void be_quiet(void)
{
    if (!getenv("VERBOSE")) (void)!freopen("/dev/null", "w", stderr);
}

/* ---- By flips ---- */

static void flip_undo(const struct damage *damage, const struct flip *flip)
{
    if (damage->is_written_to) damaged_index_undo(&damage->index);
    else damaged_index_write(&damage->index, flip->file, NULL, 1, flip->at);
}

static void look_at_flips(void *context)
{
    const struct damage *damage = context;
    be_quiet();
    for (unsigned i = damage->flips_done; i < damage->flip_count; i++) {
        const struct flip *flip = &damage->flips[i];
        uint8_t flipped = (uint8_t)(damage->index.bytes[flip->file][flip->at] ^ 1u << flip->bit);
        alarm(SECONDS_MOST);
        damaged_index_write(&damage->index, flip->file, &flipped, 1, flip->at);
        damage->outcomes[i] = damage->look(damage);
        flip_undo(damage, flip);
        fault_child_tell(i + 1);
    }
}

static void damage_try_flips(struct damage *damage)
{
    while (damage->flips_done < damage->flip_count) {
        uint32_t told;
        char what[32];
        int how = fault_child_run(look_at_flips, damage, &told);
        unsigned done = told > damage->flips_done ? told : damage->flips_done;
        bool all = done == damage->flip_count;
        if (how != 0 && all) done--; /* it ended badly after the last: memory lost, say */
        for (unsigned i = damage->flips_done; i < done + (how != 0); i++) {
            const struct flip *flip = &damage->flips[i];
            snprintf(what, sizeof what, "bit %u flipped", flip->bit);
            damage_count(damage, flip->file, flip->at, what, i < done ? &damage->outcomes[i] : NULL, how);
            if (i == done) flip_undo(damage, flip);
        }
        damage->flips_done = done + (how != 0);
    }
    damage->flips_done = damage->flip_count = 0;
}

static void damage_flip(struct damage *damage, int file, size_t at, unsigned bit)
{
    damage->flips[damage->flip_count++] = (struct flip){file, at, bit};
    if (damage->flip_count == FLIPS_A_PROCESS) damage_try_flips(damage);
}

/* Of one file, or (below 0) of all. `near`: half of those at random are so near the beginning of a page, where LMDB has its own
 * notes. */
static void damage_flip_bytes(struct damage *damage, int only, size_t usual, size_t near, uint64_t seed)
{
    const struct damaged_index *index = &damage->index;
    const char *given = getenv("FLIPS");
    bool all = given && strcmp(given, "all") == 0;
    size_t total = only < 0 ? damaged_index_size(index) : index->sizes[only];
    size_t wanted = all ? FLIPS_ALL : given ? strtoull(given, NULL, 10) : usual;
    int first = only < 0 ? 0 : only, end = only < 0 ? index->file_count : only + 1;
    if (all && total <= FLIPS_ALL) {
        wanted = 0;
        for (int file = first; file < end; file++)
            for (size_t at = 0; at < index->sizes[file]; at++) damage_flip(damage, file, at, (unsigned)(random_next(&seed) % 8));
    }
    for (size_t i = 0; i < wanted; i++) {
        int file = first + (int)(random_next(&seed) % (uint64_t)(end - first));
        size_t at = random_next(&seed) % index->sizes[file];
        if (i % 2) at = at / TREE_PAGE_SIZE * TREE_PAGE_SIZE + random_next(&seed) % near;
        damage_flip(damage, file, at < index->sizes[file] ? at : 0, (unsigned)(random_next(&seed) % 8));
    }
    damage_try_flips(damage);
}

/* ---- By more than a bit ---- */

static void look_once(void *context)
{
    struct damage *damage = context;
    be_quiet();
    alarm(SECONDS_MOST);
    damage->outcomes[0] = damage->look(damage);
    fault_child_tell(1);
}

/* Looks at the index as it is now, and puts the file right. */
static void damage_try(struct damage *damage, int file, size_t at, const char *what)
{
    uint32_t told;
    int how = fault_child_run(look_once, damage, &told);
    damage_count(damage, file, at, what, told && how == 0 ? &damage->outcomes[0] : NULL, how);
    damaged_index_undo_file(&damage->index, file);
}

static void damage_cut_short(struct damage *damage, uint64_t seed)
{
    for (int file = 0; file < damage->index.file_count; file++) {
        size_t size = damage->index.sizes[file];
        const size_t lengths[] = {0, 1, 4095, 4096, 8191, 8192, size / 2, size / 2 / 4096 * 4096, size - 4096, size - 1,
                                  random_next(&seed) % size};
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            if (lengths[i] >= size) continue;
            assert_int_equal(ftruncate(damage->index.fds[file], (off_t)lengths[i]), 0);
            damage_try(damage, file, lengths[i], "cut short");
        }
    }
}

/* Two pages of a file, each right in itself, in each other's place; or one in place of another, as when a write went astray. */
static void damage_swap_pages(struct damage *damage, uint64_t seed)
{
    const struct damaged_index *index = &damage->index;
    const char *given = getenv("SWAPS");
    unsigned long wanted = given ? strtoul(given, NULL, 10) : SWAPS_USUAL;
    for (unsigned long i = 0; i < wanted; i++) {
        int file = (int)(random_next(&seed) % (uint64_t)index->file_count);
        size_t pages = index->sizes[file] / TREE_PAGE_SIZE, first = random_next(&seed) % pages, second = random_next(&seed) % pages;
        const uint8_t *one = index->bytes[file] + first * TREE_PAGE_SIZE, *other = index->bytes[file] + second * TREE_PAGE_SIZE;
        char what[64];
        snprintf(what, sizeof what, "%s page %zu", i % 2 ? "swapped with" : "overwritten by", second);
        if (memcmp(one, other, TREE_PAGE_SIZE) == 0) continue;
        damaged_index_write(index, file, other, TREE_PAGE_SIZE, first * TREE_PAGE_SIZE);
        if (i % 2) damaged_index_write(index, file, one, TREE_PAGE_SIZE, second * TREE_PAGE_SIZE);
        damage_try(damage, file, first * TREE_PAGE_SIZE, what);
    }
}

static void try_index(void **state, void (*make)(const char *path))
{
    const struct index_fixture *fixture = *state;
    struct damage damage = {.look = look_again, .judge = judge_look};
    uint64_t seed = random_seed();
    make(fixture->path);
    damage_open(&damage, fixture->path);
    assert_int_equal(look(fixture->path, &damage.right, NULL), 0);
    assert_true(damage.right.articles > 0);
    damage_flip_bytes(&damage, -1, FLIPS_USUAL, 128, seed);
    unsigned flips = damage.tries;
    damage_cut_short(&damage, seed);
    unsigned cuts = damage.tries - flips;
    damage_swap_pages(&damage, seed);
    print_message("%zu bytes, %u flips, %u cuts, %u pages elsewhere: %u refused, %u seen by check, %u wrong\n",
                  damaged_index_size(&damage.index), flips, cuts, damage.tries - flips - cuts, damage.errors, damage.noticed,
                  damage.bad);
    assert_int_equal(look(fixture->path, &damage.right, NULL), 0); /* all is as it was */
    damage_close(&damage);
    assert_int_equal(damage.bad, 0);
}

static void test_one_segment(void **state)
{
    try_index(state, damaged_index_make_one_segment);
}

static void test_reordered_segment(void **state)
{
    try_index(state, damaged_index_make_reordered);
}

static void test_many_segments(void **state)
{
    try_index(state, damaged_index_make_many_segments);
}

static void test_paged(void **state)
{
    try_index(state, damaged_index_make_paged);
}

/* ---- Writing to it ---- */

/* What a writer and `check` say of a damaged index: 0, all is well; 1, refused and the bytes are as they were; else it is bad. */
static int write_to(const char *path, uint64_t articles)
{
    bf_error error = {0};
    bf_writer *writer = NULL;
    bf_article article = {.id = {"new", 3}, .title = {"w0 alder", 8}};
    bf_status status = bf_writer_open(path, &(bf_writer_options){.no_sync = true, .no_merge = true}, &writer, &error);
    if (status == BF_OK) status = bf_writer_delete(writer, text_of("article7"), &error);
    if (status == BF_OK) status = bf_writer_add(writer, &article, NULL, &error);
    if (status == BF_OK) status = bf_writer_commit(writer, &error);
    bf_writer_close(writer);
    if (getenv("VERBOSE")) print_error("%s: %s\n", bf_status_name(status), error.message);
    if (status != BF_OK) return status != BF_CORRUPT ? 2 : bf_check(path, NULL, NULL, &error) == BF_CORRUPT ? 1 : 6;
    bf_searcher *searcher;
    bf_stats stats;
    if (bf_check(path, NULL, NULL, &error) != BF_OK) return 3;
    if (bf_searcher_open(path, &searcher, &error) != BF_OK || bf_searcher_stats(searcher, &stats, &error) != BF_OK) return 4;
    bf_searcher_close(searcher);
    return stats.articles == articles ? 0 : 5;
}

static int write_again(const struct damage *damage)
{
    return write_to(damage->index.path, damage->right.articles);
}

static const char *judge_write(int outcome)
{
    static const char *const verdicts[] = {"another failure than of damage", "written to, and check finds it damaged",
                                           "written to, and can't be searched", "written to, and articles are lost or too many",
                                           "refused, but check sees nothing"};
    return outcome < 2 ? NULL : verdicts[outcome - 2];
}

/*
 * A writer takes more on trust than a reader: which pages of the manifest are free. Whatever is flipped there, it refuses
 * to write, or what it writes is right.
 */
static void test_writing(void **state)
{
    const struct index_fixture *fixture = *state;
    struct damage damage = {.look = write_again, .judge = judge_write, .is_written_to = true};
    damaged_index_make_many_commits(fixture->path);
    damage.right.articles = stats_committed(fixture->path).articles;
    damage_open(&damage, fixture->path);
    int manifest = 0;
    while (strcmp(damage.index.names[manifest], "manifest.lmdb") != 0) manifest++;
    damage_flip_bytes(&damage, manifest, WRITES_USUAL, 160, random_seed());
    print_message("%u writes to a damaged manifest: %u refused, %u wrong\n", damage.tries, damage.errors, damage.bad);
    damage_close(&damage);
    assert_int_equal(damage.bad, 0);
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_one_segment),
        with_index(test_reordered_segment),
        with_index(test_many_segments),
        with_index(test_paged),
        with_index(test_writing),
    };
    if (getenv("TEST")) cmocka_set_test_filter(getenv("TEST"));
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
