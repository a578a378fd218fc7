#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "commit_trail.h"

#include "index_fixture.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The writer ---- */

static bf_status trail_add(bf_writer *writer, const char *id, const char *title, const char *body, bf_error *error)
{
    bf_article article = {.id = text_of(id), .title = text_of(title), .body = text_of(body)};
    return bf_writer_add(writer, &article, NULL, error);
}

static bf_status trail_put_stamp(bf_writer *writer, const struct trail_content *content, bf_error *error)
{
    char body[256];
    size_t length = (size_t)snprintf(body, sizeof body, "%u %u", content->commit, content->history.count);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++) {
        uint32_t holders = 0;
        for (uint32_t i = 0; i < content->history.count; i++) {
            uint32_t id = content->history.arrival[i];
            holders += history_has_marker(id, content->history.version[id], marker);
        }
        length += (size_t)snprintf(body + length, sizeof body - length, " %u", holders);
    }
    return trail_add(writer, "stamp", "Stamp", body, error);
}

/* One addition, replacement or deletion. */
static bf_status trail_step(bf_writer *writer, struct trail_content *content, uint64_t what, uint32_t ids, bf_error *error)
{
    static struct history_article article;
    uint32_t id = (uint32_t)(what >> 8) % ids;
    if ((what & 255) < 64) {
        bool was_there = content->history.version[id] != 0;
        history_remove(&content->history, id);
        if (!writer) return BF_OK;
        snprintf(article.id, sizeof article.id, "article%u", id);
        bf_status status = bf_writer_delete(writer, text_of(article.id), error);
        if (status == BF_NOT_FOUND && !was_there) return BF_OK;
        return status == BF_OK && !was_there ? BF_CORRUPT : status; /* it deleted what was not there */
    }
    history_add(&content->history, id, ++content->version);
    if (!writer) return BF_OK;
    history_write(id, content->version, &article);
    return trail_add(writer, article.id, article.title, article.body, error);
}

bf_status trail_go(const struct trail *trail, const char *path, struct trail_content *content, uint32_t commits, bf_error *error)
{
    bf_writer *writer = NULL;
    bf_status status = BF_OK;
    uint64_t seed = trail->seed;
    bool is_synced = true;
    for (uint32_t done = 0; status == BF_OK && done < commits; done++) {
        uint64_t choice = random_next(&seed);
        if (path && (!writer || choice % 3 == 0)) {
            bf_writer_options options = {.memory = 8 << 20, .no_merge = choice >> 9 & 1};
            options.no_sync = trail->sync == TRAIL_SYNC_SOMETIMES ? choice >> 8 & 1 : trail->sync == TRAIL_SYNC_NEVER;
            is_synced = !options.no_sync;
            bf_writer_close(writer);
            writer = NULL;
            status = bf_writer_open(path, &options, &writer, error);
        }
        /* Mostly small commits; one in eight is larger than the memory. */
        uint64_t steps = trail->is_short ? random_next(&seed) % 12 : choice >> 16 & 7 ? random_next(&seed) % 60 : 1200;
        for (uint64_t step = 0; status == BF_OK && step < steps; step++)
            status = trail_step(writer, content, random_next(&seed), trail->is_short ? 40 : HISTORY_IDS, error);
        content->commit++;
        if (!path) continue;
        if (status == BF_OK) status = trail_put_stamp(writer, content, error);
        if (status != BF_OK) break;
        bool merges = (choice >> 20) % (trail->is_short ? 3 : 8) == 0;
        uint32_t down_to = 1 + (uint32_t)(choice >> 24 & 1);
        uint64_t before = bf_writer_generation(writer);
        status = !merges            ? bf_writer_commit(writer, error)
                 : choice >> 25 & 1 ? bf_writer_merge(writer, down_to, error)
                                    : bf_writer_reorder(writer, &(bf_reorder_options){down_to, 2}, NULL, error);
        if (status != BF_OK && trail->stands) *trail->stands = bf_writer_generation(writer) != before;
        if (status == BF_OK && trail->acknowledge) trail->acknowledge(trail->context, is_synced);
    }
    bf_writer_close(writer);
    return status;
}

/* ---- Looking at a snapshot ---- */

bool trail_stamp_read(bf_searcher *searcher, struct trail_stamp *stamp)
{
    bf_error error = {0};
    const bf_article *article;
    bf_status status = bf_searcher_article(searcher, text_of("stamp"), &article, &error);
    if (status == BF_NOT_FOUND) return false;
    if (status != BF_OK) fail_msg("stamp: %s", error.message);
    char text[256];
    assert_true(article->body.length < sizeof text);
    memcpy(text, article->body.bytes, article->body.length);
    text[article->body.length] = '\0';
    char *at = text;
    stamp->commit = (unsigned)strtoul(at, &at, 10);
    stamp->count = (unsigned)strtoul(at, &at, 10);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++) stamp->holders[marker] = (unsigned)strtoul(at, &at, 10);
    assert_int_equal(*at, '\0');
    return true;
}

static void trail_assert_text(bf_text text, const char *wanted, const char *id)
{
    if (text.length != strlen(wanted) || memcmp(text.bytes, wanted, text.length) != 0)
        fail_msg("%s: \"%.*s\" is stored for \"%s\"", id, (int)text.length, text.bytes, wanted);
}

/* The version of an article, which is whole. */
static uint32_t trail_assert_whole(const bf_article *article, uint32_t *id)
{
    static struct history_article wanted;
    unsigned number = 0, version = 0;
    char text[64];
    snprintf(text, sizeof text, "%.*s %.*s", (int)article->id.length, article->id.bytes, 20, article->title.bytes);
    if (sscanf(text, "article%u Version%u", &number, &version) != 2) fail_msg("a strange article: %s", text);
    history_write(number, version, &wanted);
    trail_assert_text(article->id, wanted.id, wanted.id);
    trail_assert_text(article->title, wanted.title, wanted.id);
    trail_assert_text(article->body, wanted.body, wanted.id);
    *id = number;
    return version;
}

void trail_assert_one_commit(bf_searcher *searcher, uint64_t *seed)
{
    struct trail_stamp stamp;
    if (!trail_stamp_read(searcher, &stamp)) return;
    assert_int_equal(stats_of(searcher).articles, stamp.count + 1);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++)
        if (count_matches(searcher, history_markers[marker]) != stamp.holders[marker])
            fail_msg("commit %u: %" PRIu64 " articles are found with %s, not %u", stamp.commit,
                     count_matches(searcher, history_markers[marker]),
                     history_markers[marker], stamp.holders[marker]);
    unsigned marker = (unsigned)(random_next(seed) % HISTORY_MARKERS);
    bf_results *results = search_for(searcher, history_markers[marker], 20);
    assert_int_equal(bf_results_count(results), stamp.holders[marker] < 20 ? stamp.holders[marker] : 20);
    for (size_t i = 0; i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_error error = {0};
        uint32_t id;
        if (bf_results_article(results, i, &article, &error) != BF_OK) fail_msg("%s", error.message);
        uint32_t version = trail_assert_whole(article, &id);
        assert_true(history_has_marker(id, version, marker));
    }
    bf_results_free(results);
}

/* ---- After a mishap ---- */

struct trail_walk {
    const struct trail_content *content;
    uint32_t at;
    bool stamped;
};

static bf_status trail_compare_article(void *context, const bf_article *article)
{
    struct trail_walk *walk = context;
    if (article->id.length == 5 && memcmp(article->id.bytes, "stamp", 5) == 0) {
        walk->stamped = true;
        return BF_OK;
    }
    uint32_t id, version = trail_assert_whole(article, &id);
    if (walk->at == walk->content->history.count) fail_msg("article%u version %u is stored as one too many", id, version);
    uint32_t wanted = walk->content->history.arrival[walk->at++];
    if (id != wanted || version != walk->content->history.version[wanted])
        fail_msg("article%u version %u is stored where article%u version %u should be", id, version, wanted,
                 walk->content->history.version[wanted]);
    return BF_OK;
}

bool trail_assert_nothing_lost(const char *path, const struct trail *trail, const struct trail_content *before,
                               uint32_t acknowledged)
{
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    struct trail_stamp stamp = {0};
    struct trail_content content = *before;
    trail_go(trail, NULL, &content, acknowledged, NULL);
    bf_status status = bf_searcher_open(path, &searcher, &error);
    if (status == BF_NOT_FOUND && content.commit == 0) return false;
    if (status != BF_OK) fail_msg("after the mishap: %s", error.message);
    trail_stamp_read(searcher, &stamp);
    bool one_more = stamp.commit == content.commit + 1;
    if (!one_more && stamp.commit != content.commit)
        fail_msg("commit %u was acknowledged, but %u is there", content.commit, stamp.commit);
    trail_assert_one_commit(searcher, &(uint64_t){trail->seed});
    bf_searcher_close(searcher);
    return one_more;
}

void trail_assert_content(const char *path, const struct trail_content *content)
{
    if (content->commit == 0) return;
    struct trail_walk walk = {.content = content};
    bf_error error = {0};
    bf_searcher *searcher = open_searcher(path);
    assert_int_equal(bf_searcher_each_article(searcher, trail_compare_article, &walk, &error), BF_OK);
    assert_true(walk.stamped);
    assert_int_equal(walk.at, content->history.count);
    bf_searcher_close(searcher);
    assert_index_sound(path);
}

int trail_assert_swept(const char *path)
{
    DIR *folder = opendir(path);
    int before = folder ? count_segment_files(path) : 0;
    if (folder) closedir(folder);
    bf_writer_close(open_writer(path, NULL));
    bf_searcher *searcher = NULL;
    int named = 0;
    if (bf_searcher_open(path, &searcher, NULL) == BF_OK) named = (int)stats_of(searcher).segments;
    bf_searcher_close(searcher);
    assert_int_equal(count_segment_files(path), named);
    return before - named;
}

int trail_assert_recovers(const char *path, const struct trail *trail, struct trail_content *content, uint32_t acknowledged,
                          bool *one_more)
{
    bool seen = trail_assert_nothing_lost(path, trail, content, acknowledged);
    int orphans = trail_assert_swept(path);
    bool still = trail_assert_nothing_lost(path, trail, content, acknowledged);
    assert_true(still || !seen); /* the next writer may bring a commit to light, but not take one back */
    trail_go(trail, NULL, content, acknowledged + still, NULL);
    trail_assert_content(path, content);
    if (one_more) *one_more = still;
    return orphans;
}
