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
        uint32_t *arrived;
        status = segment_arrived(segment, &arrived, error);
        for (uint32_t j = 0; status == BF_OK && j < segment->meta.doc_count; j++) {
            uint32_t doc = arrived ? arrived[j] : j;
            int64_t date;
            if (segment_is_deleted(segment, doc)) continue;
            status = segment_date(segment, doc, &date, error);
            if (status != BF_OK || date == INT64_MIN) continue;
            if (date < first) first = date, where[0][0] = i, where[0][1] = doc;
            if (date > last) last = date, where[1][0] = i, where[1][1] = doc;
        }
        free(arrived);
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
        uint32_t *arrived;
        status = segment_arrived(segment, &arrived, error);
        for (uint32_t j = 0; status == BF_OK && j < segment->meta.doc_count; j++) {
            uint32_t doc = arrived ? arrived[j] : j;
            bf_article article;
            if (segment_is_deleted(segment, doc)) continue;
            arena_clear(&arena);
            status = segment_article(segment, doc, &arena, &article, error);
            if (status == BF_OK) status = callback(context, &article);
        }
        free(arrived);
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
    struct dictionary_walk *least;
    while (status == BF_OK && (least = dictionary_walk_least(walks, snapshot->segment_count)) && least->block.term[0] == prefix) {
        struct term_block_reader found = least->block;
        uint64_t df = 0, cf = 0;
        for (struct dictionary_walk *walk = least; status == BF_OK && walk < walks + snapshot->segment_count; walk++) {
            if (!dictionary_walk_is_on(walk, found.term, found.term_length)) continue;
            df += walk->block.entry.df;
            cf += walk->block.entry.cf;
            status = dictionary_walk_next(walk, error);
        }
        if (status == BF_OK) status = callback(context, (bf_text){(const char *)found.term + 1, found.term_length - 1}, df, cf);
    }
    free(walks);
    return status;
}

struct posting_callback {
    bf_status (*call)(void *context, bf_text id, uint32_t tf, const uint32_t *positions);
    void *context;
};

static bf_status inspect_posting(struct segment *segment, uint32_t doc, uint32_t tf, const uint8_t *positions,
                                 const struct posting_callback *callback, bf_error *error)
{
    char id[512];
    size_t length;
    bf_status status = segment_id(segment, doc, id, &length, error);
    if (status != BF_OK) return status;
    return callback->call(callback->context, (bf_text){id, length}, tf, (const uint32_t *)(const void *)positions);
}

/* A posting of a reordered segment, kept until all are there. */
struct kept_posting {
    uint32_t arrival, doc, tf;
    size_t positions; /* where they begin, in bytes */
};

static int compare_arrivals(const void *a, const void *b)
{
    const struct kept_posting *x = a, *y = b;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static bf_status inspect_kept(struct segment *segment, struct buffer *kept, const struct buffer *positions,
                              const struct posting_callback *callback, bf_error *error)
{
    size_t count = kept->length / sizeof(struct kept_posting);
    struct kept_posting *postings = (struct kept_posting *)(void *)kept->bytes;
    bf_status status = kept->failed ? fail_memory(error) : BF_OK;
    if (status == BF_OK && count) qsort(postings, count, sizeof *postings, compare_arrivals);
    for (size_t i = 0; status == BF_OK && i < count; i++)
        status = inspect_posting(segment, postings[i].doc, postings[i].tf, positions->bytes + postings[i].positions, callback,
                                 error);
    return status;
}

/* Postings stand in the order of documents. Where that is not the order of arrival they are kept, and called back in the end. */
static bf_status inspect_postings(struct segment *segment, const struct term_entry *entry, struct posting_cursor *cursor,
                                  const struct posting_callback *callback, struct buffer *positions, bf_error *error)
{
    struct buffer kept = {0};
    bool keeps = segment_is_reordered(segment);
    bf_status status = posting_cursor_open(cursor, segment, entry, error);
    buffer_clear(positions);
    for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        if (segment_is_deleted(segment, cursor->doc)) continue;
        if (!keeps) buffer_clear(positions);
        struct kept_posting posting = {segment_arrival(segment, cursor->doc), cursor->doc, posting_cursor_tf(cursor),
                                       positions->length};
        status = posting_cursor_positions(cursor, positions, error);
        if (status == BF_OK && keeps) buffer_append(&kept, &posting, sizeof posting);
        else if (status == BF_OK)
            status = inspect_posting(segment, posting.doc, posting.tf, positions->bytes, callback, error);
    }
    if (status == BF_OK) status = segment_outcome(segment, error);
    if (status == BF_OK) status = inspect_kept(segment, &kept, positions, callback, error);
    buffer_free(&kept);
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
            status = inspect_postings(snapshot->segments[i], &entry, cursor, &(struct posting_callback){callback, context},
                                      &positions, error);
        } else if (status == BF_NOT_FOUND) {
            status = BF_OK;
        }
    }
    free(cursor);
    buffer_free(&positions);
    if (status == BF_OK && !found) return fail(error, BF_NOT_FOUND, "there is no term \"%.*s\"", (int)term.length, term.bytes);
    return status;
}
