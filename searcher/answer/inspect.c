/* Looking into an index: its size, its articles, its terms, its postings. */
#include "posting_cursor.h"
#include "searcher_state.h"
#include "status.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t folder_bytes(const char *path)
{
    uint64_t bytes = 0;
    DIR *folder = opendir(path);
    if (!folder) return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat about;
        if (fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode))
            bytes += (uint64_t)about.st_size;
    }
    closedir(folder);
    return bytes;
}

/* The earliest and latest date among live articles; the stored article says how exactly it is known. */
static bf_status find_dates(struct snapshot *snapshot, bf_stats *stats, bf_error *error)
{
    struct arena arena = {0};
    int64_t first = INT64_MAX, last = INT64_MIN;
    uint32_t where[2][2] = {{0}};
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++) {
        struct segment *segment = snapshot->segments[i];
        for (uint32_t doc = 0; status == BF_OK && doc < segment->meta.doc_count; doc++) {
            int64_t date;
            if (segment_is_deleted(segment, doc)) continue;
            status = segment_date(segment, doc, &date, error);
            if (status != BF_OK || date == INT64_MIN) continue;
            if (date < first) first = date, where[0][0] = i, where[0][1] = doc;
            if (date > last) last = date, where[1][0] = i, where[1][1] = doc;
        }
    }
    for (int end = 0; status == BF_OK && end < 2 && first <= last; end++) {
        bf_article article;
        status = segment_article(snapshot->segments[where[end][0]], where[end][1], &arena, &article, error);
        if (status == BF_OK) *(end ? &stats->last : &stats->first) = article.date;
    }
    arena_free(&arena);
    return status;
}

bf_status bf_searcher_stats(bf_searcher *searcher, bf_stats *stats, bf_error *error)
{
    struct snapshot *snapshot = searcher->index->snapshot;
    bf_stats result = {
        .generation = snapshot->head.generation,
        .articles = snapshot->article_count,
        .tokens = snapshot->token_count,
        .segments = snapshot->segment_count,
        .analyzer = snapshot->head.analyzer,
        .bytes = folder_bytes(searcher->path),
    };
    for (uint32_t i = 0; i < snapshot->segment_count; i++) {
        struct segment *segment = snapshot->segments[i];
        result.deleted += segment->listed.deleted_count;
        result.terms += segment->meta.term_count;
        result.postings += segment->meta.posting_count;
        result.positions += segment->meta.position_count;
        result.bytes_dictionary += segment_store_database_bytes(segment->store, DATABASE_TERMS);
        result.bytes_postings += segment_store_database_bytes(segment->store, DATABASE_POSTINGS);
        result.bytes_positions += segment_store_database_bytes(segment->store, DATABASE_POSITIONS);
        result.bytes_documents += segment_store_database_bytes(segment->store, DATABASE_DOCUMENTS);
        result.bytes_articles += segment_store_database_bytes(segment->store, DATABASE_ARTICLES);
    }
    uint64_t parts =
        result.bytes_dictionary + result.bytes_postings + result.bytes_positions + result.bytes_documents + result.bytes_articles;
    result.bytes_other = result.bytes > parts ? result.bytes - parts : 0;
    bf_status status = find_dates(snapshot, &result, error);
    if (status == BF_OK) *stats = result;
    return status;
}

bf_status bf_searcher_each_article(bf_searcher *searcher, bf_status (*callback)(void *context, const bf_article *article),
                                   void *context, bf_error *error)
{
    struct snapshot *snapshot = searcher->index->snapshot;
    struct arena arena = {0};
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++) {
        struct segment *segment = snapshot->segments[i];
        for (uint32_t doc = 0; status == BF_OK && doc < segment->meta.doc_count; doc++) {
            bf_article article;
            if (segment_is_deleted(segment, doc)) continue;
            arena_clear(&arena);
            status = segment_article(segment, doc, &arena, &article, error);
            if (status == BF_OK) status = callback(context, &article);
        }
    }
    arena_free(&arena);
    return status;
}

static bf_status inspect_field(const char *name, enum field *field, bf_error *error)
{
    for (*field = FIELD_TEXT; *field <= FIELD_LAST; (*field)++)
        if (!name || strcmp(field_name(*field), name) == 0) return BF_OK;
    return fail(error, BF_BAD_ARGUMENT, "there is no field \"%s\"", name);
}

static int compare_with_walk(const struct term_block_reader *a, const struct term_block_reader *b)
{
    int order = memcmp(a->term, b->term, a->term_length < b->term_length ? a->term_length : b->term_length);
    return order ? order : (a->term_length > b->term_length) - (a->term_length < b->term_length);
}

bf_status bf_searcher_each_term(bf_searcher *searcher, const char *field_wanted,
                                bf_status (*callback)(void *context, bf_text term, uint64_t df, uint64_t cf), void *context,
                                bf_error *error)
{
    struct snapshot *snapshot = searcher->index->snapshot;
    enum field field;
    bf_status status = inspect_field(field_wanted, &field, error);
    if (status != BF_OK) return status;
    struct dictionary_walk *walks = calloc(snapshot->segment_count + 1, sizeof *walks);
    if (!walks) return fail_memory(error);
    uint8_t prefix = (uint8_t)field;
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++)
        status = dictionary_walk_begin(&walks[i], snapshot->segments[i], &prefix, 1, error);
    while (status == BF_OK) {
        struct dictionary_walk *least = NULL;
        for (uint32_t i = 0; i < snapshot->segment_count; i++)
            if (!walks[i].ended && walks[i].block.term[0] == prefix &&
                (!least || compare_with_walk(&walks[i].block, &least->block) < 0))
                least = &walks[i];
        if (!least) break;
        struct term_block_reader found = least->block;
        uint64_t df = 0, cf = 0;
        for (struct dictionary_walk *walk = least; status == BF_OK && walk < walks + snapshot->segment_count; walk++) {
            if (walk->ended || compare_with_walk(&walk->block, &found) != 0) continue;
            df += walk->block.entry.df;
            cf += walk->block.entry.cf;
            status = dictionary_walk_next(walk, error);
        }
        if (status == BF_OK) status = callback(context, (bf_text){(const char *)found.term + 1, found.term_length - 1}, df, cf);
    }
    free(walks);
    return status;
}

static bf_status inspect_postings(struct segment *segment, const struct term_entry *entry, struct posting_cursor *cursor,
                                  bf_status (*callback)(void *context, bf_text id, uint32_t tf, const uint32_t *positions),
                                  void *context, struct buffer *positions, bf_error *error)
{
    bf_status status = posting_cursor_open(cursor, segment, entry, error);
    for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        char id[512];
        size_t length;
        if (segment_is_deleted(segment, cursor->doc)) continue;
        buffer_clear(positions);
        status = segment_id(segment, cursor->doc, id, &length, error);
        if (status == BF_OK) status = posting_cursor_positions(cursor, positions, error);
        if (status == BF_OK)
            status = callback(context, (bf_text){id, length}, posting_cursor_tf(cursor),
                              (const uint32_t *)(const void *)positions->bytes);
    }
    if (status == BF_OK) status = segment_outcome(segment, error);
    return status;
}

bf_status bf_searcher_each_posting(bf_searcher *searcher, const char *field_wanted, bf_text term,
                                   bf_status (*callback)(void *context, bf_text id, uint32_t tf, const uint32_t *positions),
                                   void *context, bf_error *error)
{
    struct snapshot *snapshot = searcher->index->snapshot;
    enum field field;
    uint8_t key[DICTIONARY_TERM_MAX];
    bf_status status = inspect_field(field_wanted, &field, error);
    if (status != BF_OK) return status;
    if (term.length >= sizeof key) return fail(error, BF_BAD_ARGUMENT, "a term is at most %zu bytes", sizeof key - 1);
    key[0] = (uint8_t)field;
    memcpy(key + 1, term.bytes, term.length);
    struct buffer positions = {0};
    struct posting_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor) return fail_memory(error);
    bool found = false;
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++) {
        struct term_entry entry;
        status = dictionary_find(snapshot->segments[i], key, (uint32_t)term.length + 1, &entry, error);
        if (status == BF_OK) {
            found = true;
            status = inspect_postings(snapshot->segments[i], &entry, cursor, callback, context, &positions, error);
        } else if (status == BF_NOT_FOUND) {
            status = BF_OK;
        }
    }
    free(cursor);
    buffer_free(&positions);
    if (status == BF_OK && !found) return fail(error, BF_NOT_FOUND, "there is no term \"%.*s\"", (int)term.length, term.bytes);
    return status;
}
