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

/* Calls back for every live document of the snapshot in the order of arrival, until the callback fails. */
static bf_status each_live(struct snapshot *snapshot,
                           bf_status (*callback)(void *context, uint32_t segment, uint32_t doc, bf_error *error), void *context,
                           bf_error *error)
{
    uint32_t **arrived = calloc(snapshot->segment_count + 1, sizeof *arrived); /* by segment, while it has runs left */
    bf_status status = arrived ? BF_OK : fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < snapshot->order.run_count; i++) {
        struct snapshot_run run = snapshot_run(snapshot, i);
        struct segment *segment = snapshot->segments[run.segment];
        if (run.first == 0) status = segment_arrived(segment, &arrived[run.segment], error);
        for (uint32_t j = run.first; status == BF_OK && j < run.end; j++) {
            uint32_t doc = arrived[run.segment] ? arrived[run.segment][j] : j;
            if (!segment_is_deleted(segment, doc)) status = callback(context, run.segment, doc, error);
        }
        if (run.end < segment->meta.doc_count) continue;
        free(arrived[run.segment]);
        arrived[run.segment] = NULL;
    }
    for (uint32_t i = 0; arrived && i < snapshot->segment_count; i++) free(arrived[i]);
    free(arrived);
    return status;
}

struct dates {
    struct snapshot *snapshot;
    int64_t first, last;
    uint32_t where[2][2]; /* segment and document of each */
};

static bf_status note_date(void *context, uint32_t segment, uint32_t doc, bf_error *error)
{
    struct dates *dates = context;
    int64_t date;
    bf_status status = segment_date(dates->snapshot->segments[segment], doc, &date, error);
    if (status != BF_OK || date == INT64_MIN) return status;
    if (date < dates->first) dates->first = date, dates->where[0][0] = segment, dates->where[0][1] = doc;
    if (date > dates->last) dates->last = date, dates->where[1][0] = segment, dates->where[1][1] = doc;
    return BF_OK;
}

/* The earliest and latest date among live articles; the stored article says how exactly it is known. */
static bf_status find_dates(struct snapshot *snapshot, bf_stats *stats, bf_error *error)
{
    struct arena arena = {0};
    struct dates dates = {.snapshot = snapshot, .first = INT64_MAX, .last = INT64_MIN};
    bf_status status = each_live(snapshot, note_date, &dates, error);
    for (int end = 0; status == BF_OK && end < 2 && dates.first <= dates.last; end++) {
        bf_article article;
        status = segment_article(snapshot->segments[dates.where[end][0]], dates.where[end][1], &arena, &article, error);
        if (status == BF_OK) *(end ? &stats->last : &stats->first) = article.date;
    }
    arena_free(&arena);
    return status;
}

void bf_searcher_counts(bf_searcher *searcher, bf_stats *stats)
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
    *stats = result;
}

bf_status bf_searcher_stats(bf_searcher *searcher, bf_stats *stats, bf_error *error)
{
    bf_stats result;
    bf_searcher_counts(searcher, &result);
    bf_status status = find_dates(searcher->index->snapshot, &result, error);
    if (status == BF_OK) *stats = result;
    return status;
}

struct article_callback {
    struct snapshot *snapshot;
    bf_status (*call)(void *context, const bf_article *article);
    void *context;
    struct arena arena;
};

static bf_status give_article(void *context, uint32_t segment, uint32_t doc, bf_error *error)
{
    struct article_callback *callback = context;
    bf_article article;
    arena_clear(&callback->arena);
    bf_status status = segment_article(callback->snapshot->segments[segment], doc, &callback->arena, &article, error);
    return status == BF_OK ? callback->call(callback->context, &article) : status;
}

bf_status bf_searcher_each_article(bf_searcher *searcher, bf_status (*callback)(void *context, const bf_article *article),
                                   void *context, bf_error *error)
{
    struct article_callback giving = {searcher->index->snapshot, callback, context, {0}};
    bf_status status = each_live(searcher->index->snapshot, give_article, &giving, error);
    arena_free(&giving.arena);
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

/* A posting of a reordered segment, or of segments that arrived at the same time, kept until all are there. */
struct kept_posting {
    struct segment *segment;
    uint32_t run, arrival, doc, tf;
    size_t positions; /* where they begin, in bytes */
};

static int compare_arrivals(const void *a, const void *b)
{
    const struct kept_posting *x = a, *y = b;
    if (x->run != y->run) return x->run < y->run ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static bf_status inspect_kept(struct buffer *kept, struct buffer *positions, const struct posting_callback *callback,
                              bf_error *error)
{
    size_t count = kept->length / sizeof(struct kept_posting);
    struct kept_posting *postings = (struct kept_posting *)(void *)kept->bytes;
    bf_status status = kept->failed ? fail_memory(error) : BF_OK;
    if (status == BF_OK && count) qsort(postings, count, sizeof *postings, compare_arrivals);
    for (size_t i = 0; status == BF_OK && i < count; i++)
        status = inspect_posting(postings[i].segment, postings[i].doc, postings[i].tf, positions->bytes + postings[i].positions,
                                 callback, error);
    buffer_clear(kept);
    buffer_clear(positions);
    return status;
}

/* Postings stand in the order of documents. Where that is not the order of arrival they are kept, to be called back later. */
static bf_status inspect_postings(struct segment *segment, const struct term_entry *entry, struct posting_cursor *cursor,
                                  const struct posting_callback *callback, struct buffer *positions, struct buffer *kept,
                                  bf_error *error)
{
    bool keeps = segment->runs || segment_is_reordered(segment);
    bf_status status = posting_cursor_open(cursor, segment, entry, error);
    for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        if (segment_is_deleted(segment, cursor->doc)) continue;
        if (!keeps) buffer_clear(positions);
        struct kept_posting posting = {.segment = segment,
                                       .arrival = segment_arrival(segment, cursor->doc),
                                       .doc = cursor->doc,
                                       .tf = posting_cursor_tf(cursor),
                                       .positions = positions->length};
        if (segment->runs) posting.run = arrival_run_of(segment->runs, segment->run_count, posting.arrival)->place;
        status = posting_cursor_positions(cursor, positions, error);
        if (status == BF_OK && keeps) buffer_append(kept, &posting, sizeof posting);
        else if (status == BF_OK)
            status = inspect_posting(segment, posting.doc, posting.tf, positions->bytes, callback, error);
    }
    if (status == BF_OK) status = segment_outcome(segment, error);
    return status == BF_OK && !segment->runs ? inspect_kept(kept, positions, callback, error) : status;
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
    struct buffer positions = {0}, kept = {0};
    struct posting_callback calling = {callback, context};
    struct posting_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor) return fail_memory(error);
    bool found = false;
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++) {
        struct term_entry entry;
        status = dictionary_find(snapshot->segments[i], key, (uint32_t)term.length + 1, &entry, error);
        if (status == BF_OK) {
            found = true;
            status = inspect_postings(snapshot->segments[i], &entry, cursor, &calling, &positions, &kept, error);
        } else if (status == BF_NOT_FOUND) {
            status = BF_OK;
        }
    }
    if (status == BF_OK) status = inspect_kept(&kept, &positions, &calling, error);
    free(cursor);
    buffer_free(&positions);
    buffer_free(&kept);
    if (status == BF_OK && !found) return fail(error, BF_NOT_FOUND, "there is no term \"%.*s\"", (int)term.length, term.bytes);
    return status;
}
