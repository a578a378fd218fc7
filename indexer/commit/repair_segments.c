/*
 * How the segments are gone through: the articles in the order of arrival, which several threads may have spread over several
 * segments, and then, by its bytes, what could not be read (article_salvage.h).
 */
#include "repair_segments.h"

#include "article_salvage.h"
#include "bytes.h"
#include "segment.h"
#include "status.h"
#include "string_table.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known of an id in the segment at hand. */
enum {
    ID_SAVED = 1,
    ID_DEAD = 2,      /* a document of this id is deleted */
    ID_LOST = 4,      /* a live one could not be read by the segment's own means, */
    ID_SALVAGED = 8,  /* but by others */
};

struct lost_document {
    uint32_t doc, id; /* number of the id; UINT32_MAX: not known */
    char *rule;
};

/* A segment. */
struct repair_part {
    const struct repair_segment *planned;
    char file[PATH_MAX];
    struct segment *segment; /* NULL: it can't be opened, */
    bf_error failure;        /* because of this */
    struct string_table ids;
    struct buffer flags;     /* u8 by number of an id */
    struct buffer arrivals;  /* u64 by number of an id: of the last document of it that is live */
    struct lost_document *lost;
    uint32_t lost_count, lost_room;
    uint64_t salvaged;       /* of documents whose ids are not known */
    /* The way through its documents: */
    uint32_t *arrived;
    struct arrival_run *runs;
    uint32_t run_count, next; /* in its order of arrival */
};

struct repair {
    const struct repair_target *target;
    bf_repair_report *report;
    bool manifest_lost;
    struct repair_part *parts;
    uint32_t count;
    uint32_t first, end;      /* the parts gone through together */
    struct repair_part *part; /* at hand */
};

static void repair_say(struct repair *repair, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void repair_say(struct repair *repair, const char *format, ...)
{
    char line[PATH_MAX + 1600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (repair->target->finding) repair->target->finding(repair->target->context, line);
}

/* The number of an id in the segment at hand, with `flags` set of it besides what was. */
static bf_status repair_flag(struct repair *repair, const char *id, size_t length, uint8_t flags, uint32_t *number,
                             bf_error *error)
{
    bool is_new;
    if (!string_table_number(&repair->part->ids, id, (uint32_t)length, number, &is_new)) return fail_memory(error);
    if (is_new) buffer_append_u8(&repair->part->flags, 0), buffer_append_u64(&repair->part->arrivals, 0);
    if (repair->part->flags.failed || repair->part->arrivals.failed) return fail_memory(error);
    repair->part->flags.bytes[*number] |= flags;
    return BF_OK;
}

/* When the next document of a segment arrived. */
static uint64_t repair_arrival(const struct repair_part *part)
{
    const struct arrival_run *run = arrival_run_of(part->runs, part->run_count, part->next);
    return run->arrival + (part->next - run->first);
}

/* The same of the document at hand, whose id has that number. */
static void repair_arrived(struct repair_part *part, uint32_t number)
{
    store_u64(part->arrivals.bytes + 8 * (size_t)number, repair_arrival(part));
}

static bf_status repair_add(struct repair *repair, const bf_article *article, bf_error *error)
{
    bool replaced = false;
    bf_status status = bf_writer_add(repair->target->writer, article, &replaced, error);
    if (status == BF_OK) repair->report->saved += !replaced;
    return status;
}

/* ---- By the segment's own means ---- */

static bf_status repair_lose(struct repair *repair, struct segment *segment, uint32_t doc, const char *rule, bf_error *error)
{
    char id[512];
    size_t length;
    if (repair->part->lost_count == repair->part->lost_room) {
        uint32_t room = repair->part->lost_room ? 2 * repair->part->lost_room : 64;
        struct lost_document *lost = realloc(repair->part->lost, room * sizeof *lost);
        if (!lost) return fail_memory(error);
        repair->part->lost = lost;
        repair->part->lost_room = room;
    }
    struct lost_document *lost = &repair->part->lost[repair->part->lost_count];
    *lost = (struct lost_document){.doc = doc, .id = UINT32_MAX, .rule = strdup(rule)};
    if (!lost->rule) return fail_memory(error);
    repair->part->lost_count++;
    if (segment_id(segment, doc, id, &length, NULL) != BF_OK) return BF_OK;
    bf_status status = repair_flag(repair, id, length, ID_LOST, &lost->id, error);
    if (status == BF_OK) repair_arrived(repair->part, lost->id);
    return status;
}

static bf_status repair_document(struct repair *repair, struct segment *segment, uint32_t doc, struct arena *arena,
                                 bf_error *error)
{
    bf_article article;
    uint32_t number;
    arena_clear(arena);
    bf_status status = segment_article(segment, doc, arena, &article, error);
    if (status == BF_OK) status = repair_add(repair, &article, error);
    if (status == BF_REFUSED) fail_within(error, status, "%s", repair->part->file);
    if (status == BF_CORRUPT || status == BF_REFUSED) {
        bf_error why = *error;
        return repair_lose(repair, segment, doc, why.message, error);
    }
    if (status == BF_OK) status = repair_flag(repair, article.id.bytes, article.id.length, ID_SAVED, &number, error);
    if (status == BF_OK) repair_arrived(repair->part, number);
    return status;
}

/* Ids of deleted documents, lest they come back with what is salvaged. */
static bf_status repair_deleted(struct repair *repair, struct segment *segment, uint32_t doc, bf_error *error)
{
    char id[512];
    size_t length;
    uint32_t number;
    bf_status status = segment_id(segment, doc, id, &length, NULL);
    if (status == BF_OK) return repair_flag(repair, id, length, ID_DEAD, &number, error);
    if (status == BF_CORRUPT) repair->report->deletions_lost = true;
    return status == BF_CORRUPT ? BF_OK : fail(error, status, "%s: ids can't be read", repair->part->file);
}

/* In which order they arrived; what can't say it is taken as it is numbered. */
static bf_status repair_order(struct repair *repair, struct repair_part *part, bf_error *error)
{
    bf_status status = segment_arrived(part->segment, &part->arrived, error);
    if (status == BF_CORRUPT) repair_say(repair, "%s (equal scores will be in another order)", error->message);
    if (status != BF_OK && status != BF_CORRUPT) return status;
    status = segment_arrival_runs(part->segment, &part->runs, &part->run_count, error);
    if (status != BF_CORRUPT) return status;
    repair_say(repair, "%s (equal scores will be in another order)", error->message);
    part->runs = malloc(sizeof *part->runs);
    if (!part->runs) return fail_memory(error);
    part->runs[0] = (struct arrival_run){.arrival = part->segment->meta.first_arrival};
    part->run_count = 1;
    return BF_OK;
}

/* The part at hand becomes the one whose next document arrived first; NULL: there are no more. */
static void repair_next(struct repair *repair)
{
    uint64_t first = UINT64_MAX;
    repair->part = NULL;
    for (uint32_t i = repair->first; i < repair->end; i++) {
        struct repair_part *part = &repair->parts[i];
        if (!part->segment || part->next == part->segment->meta.doc_count || repair_arrival(part) >= first) continue;
        first = repair_arrival(part);
        repair->part = part;
    }
}

static bf_status repair_documents(struct repair *repair, bf_error *error)
{
    struct arena arena = {0};
    bf_status status = BF_OK;
    for (repair_next(repair); status == BF_OK && repair->part; repair_next(repair)) {
        struct repair_part *part = repair->part;
        uint32_t doc = part->arrived ? part->arrived[part->next] : part->next;
        if (part->planned->deleted && bitset_has(part->planned->deleted, doc))
            status = repair_deleted(repair, part->segment, doc, error);
        else status = repair_document(repair, part->segment, doc, &arena, error);
        part->next++;
    }
    arena_free(&arena);
    return status;
}

/* ---- By its bytes ---- */

/* Whether a later article of the id was saved from another of the segments gone through together. `number`: of the id in the one
 * at hand, all of whose articles are earlier where none says when it came. */
static bool repair_is_superseded(const struct repair *repair, bf_text id, uint32_t number)
{
    const uint64_t arrival = load_u64(repair->part->arrivals.bytes + 8 * (size_t)number);
    const uint64_t hash = string_table_hash(id.bytes, (uint32_t)id.length);
    for (uint32_t i = repair->first; i < repair->end; i++) {
        const struct repair_part *part = &repair->parts[i];
        if (part == repair->part) continue;
        uint32_t other = string_table_find(&part->ids, id.bytes, (uint32_t)id.length, hash);
        if (other == UINT32_MAX || !(part->flags.bytes[other] & (ID_SAVED | ID_SALVAGED))) continue;
        if (load_u64(part->arrivals.bytes + 8 * (size_t)other) >= arrival) return true;
    }
    return false;
}

static bf_status repair_salvaged(void *context, const bf_article *article, bf_error *error)
{
    struct repair *repair = context;
    uint32_t number;
    bf_status status = repair_flag(repair, article->id.bytes, article->id.length, 0, &number, error);
    if (status != BF_OK) return status;
    uint8_t flags = repair->part->flags.bytes[number];
    /* Read already, or deleted. One that is lost may have been replaced in this segment: the later is found, and added, last. */
    if (!(flags & ID_LOST) && flags & (ID_SAVED | ID_DEAD) && !(flags & ID_SALVAGED)) return BF_OK;
    if (!repair_is_superseded(repair, article->id, number)) status = repair_add(repair, article, error);
    if (status == BF_REFUSED) return BF_OK;
    if (status != BF_OK) return status;
    if (!(flags & (ID_LOST | ID_SALVAGED))) repair->part->salvaged++;
    repair->part->flags.bytes[number] |= ID_SALVAGED;
    return BF_OK;
}

/* ---- A segment ---- */

static void repair_list_lost(struct repair *repair)
{
    const struct repair_part *part = repair->part;
    uint64_t unknown = 0;
    for (uint32_t i = 0; i < part->lost_count; i++) {
        const struct lost_document *lost = &part->lost[i];
        uint32_t length;
        if (lost->id == UINT32_MAX) {
            /* Which of these was salvaged can't be said, only how many. */
            if (unknown++ < part->salvaged) continue;
            repair_say(repair, "lost: an article of unknown id, such as document %u of %s", lost->doc, lost->rule);
        } else {
            if (part->flags.bytes[lost->id] & ID_SALVAGED) continue;
            const uint8_t *id = string_table_get(&part->ids, lost->id, &length);
            repair_say(repair, "lost: article %.*s, document %u of %s", (int)length, (const char *)id, lost->doc, lost->rule);
        }
        repair->report->lost++;
    }
}

static void repair_clear(struct repair_part *part)
{
    for (uint32_t i = 0; i < part->lost_count; i++) free(part->lost[i].rule);
    free(part->lost);
    free(part->arrived);
    free(part->runs);
    string_table_free(&part->ids);
    buffer_free(&part->flags);
    buffer_free(&part->arrivals);
    segment_close(part->segment);
    *part = (struct repair_part){0};
}

static bf_status repair_open(struct repair *repair, const char *path, struct repair_part *part, bf_error *error)
{
    const struct manifest_segment *listed = &part->planned->listed;
    segment_store_path(path, listed->number, part->file, sizeof part->file);
    bf_status status = segment_open_unlisted(path, listed->number, &part->segment, error);
    if (status == BF_OK && !repair->manifest_lost && part->segment->meta.doc_count != listed->doc_count) {
        segment_close(part->segment);
        part->segment = NULL;
        status = fail(error, BF_CORRUPT, "%s: the manifest counts other articles in this segment", part->file);
    }
    if (status != BF_CORRUPT && status != BF_NOT_FOUND) return status;
    part->failure = *error;
    part->failure.status = status;
    return BF_OK;
}

/* Nothing but its bytes, if any: its trees or its own record are damaged. */
static bf_status repair_closed(struct repair *repair, bf_error *error)
{
    struct repair_part *part = repair->part;
    const struct manifest_segment *listed = &part->planned->listed;
    uint64_t all = listed->doc_count;
    if (part->failure.status == BF_NOT_FOUND) {
        uint64_t live = all - listed->deleted_count;
        repair_say(repair, "lost: all %llu articles of %s, which is missing", (unsigned long long)live, part->file);
        repair->report->lost += live;
        return BF_OK;
    }
    repair_say(repair, "%s (so its articles are looked for in its bytes)", part->failure.message);
    if (part->planned->deleted) repair->report->deletions_lost = true;
    bf_status status = article_salvage(part->file, repair_salvaged, repair, error);
    if (status == BF_NOT_FOUND) status = BF_OK;
    if (repair->manifest_lost) {
        repair->report->lost_may_be_more = true;
    } else if (part->salvaged < all) {
        repair_say(repair, "lost: %llu articles of the %llu of %s%s", (unsigned long long)(all - part->salvaged),
                   (unsigned long long)all, part->file, listed->deleted_count ? ", some of which were deleted" : "");
        repair->report->lost += all - part->salvaged;
    }
    return status;
}

/* ---- Segments whose articles arrived at the same time ---- */

/* Those that don't open say nothing of arrivals; what stands between others is gone through with them, but before. */
static uint32_t repair_group_end(const struct repair *repair, uint32_t first)
{
    uint32_t end = first + 1;
    if (!repair->parts[first].segment) return end;
    uint64_t until = repair->parts[first].segment->meta.end_arrival;
    for (uint32_t i = end; i < repair->count; i++) {
        const struct segment *segment = repair->parts[i].segment;
        if (!segment) continue;
        if (segment->meta.first_arrival >= until) break;
        if (segment->meta.end_arrival > until) until = segment->meta.end_arrival;
        end = i + 1;
    }
    return end;
}

static bf_status repair_group(struct repair *repair, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = repair->first; status == BF_OK && i < repair->end; i++) {
        repair->part = &repair->parts[i];
        if (repair->part->failure.status != BF_NOT_FOUND) repair->report->deletions_lost |= repair->part->planned->deletions_lost;
        status = repair->part->segment ? repair_order(repair, repair->part, error) : repair_closed(repair, error);
    }
    if (status == BF_OK) status = repair_documents(repair, error);
    for (uint32_t i = repair->first; status == BF_OK && i < repair->end; i++) {
        repair->part = &repair->parts[i];
        if (!repair->part->segment) continue;
        if (repair->part->lost_count) status = article_salvage(repair->part->file, repair_salvaged, repair, error);
        if (status == BF_OK) repair_list_lost(repair);
    }
    for (uint32_t i = repair->first; i < repair->end; i++) repair_clear(&repair->parts[i]);
    return status;
}

bf_status repair_segments(const char *path, const struct repair_plan *plan, const struct repair_target *target,
                          bf_repair_report *report, bf_error *error)
{
    struct repair repair = {.target = target, .report = report, .manifest_lost = plan->manifest_lost};
    repair.parts = calloc(plan->count + 1, sizeof *repair.parts);
    if (!repair.parts) return fail_memory(error);
    bf_status status = BF_OK;
    while (status == BF_OK && repair.count < plan->count) {
        struct repair_part *part = &repair.parts[repair.count];
        part->planned = &plan->segments[repair.count++];
        status = repair_open(&repair, path, part, error);
    }
    for (; status == BF_OK && repair.first < repair.count; repair.first = repair.end) {
        repair.end = repair_group_end(&repair, repair.first);
        status = repair_group(&repair, error);
    }
    for (uint32_t i = 0; i < repair.count; i++) repair_clear(&repair.parts[i]);
    free(repair.parts);
    return status;
}
