/*
 * A new index of what can be saved of a damaged one. Stored articles suffice: each is read in the order of arrival and added as
 * `add` would. What can't be read that way is looked for once more in the segment's bytes (article_salvage.h), for a damaged
 * column or tree hides many articles that are whole.
 */
#include "analyzer.h"
#include "article_salvage.h"
#include "repair_plan.h"
#include "segment.h"
#include "status.h"
#include "string_table.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

struct repair {
    void (*finding)(void *context, const char *line);
    void *context;
    bf_writer *writer;
    bf_repair_report *report;
    /* Of the segment at hand: */
    char file[PATH_MAX];
    struct string_table ids;
    struct buffer flags;   /* u8 by number of an id */
    struct lost_document *lost;
    uint32_t lost_count, lost_room;
    uint64_t salvaged;     /* of documents whose ids are not known */
};

static void repair_say(struct repair *repair, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void repair_say(struct repair *repair, const char *format, ...)
{
    char line[PATH_MAX + 1600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (repair->finding) repair->finding(repair->context, line);
}

static void repair_planned(void *context, const char *line)
{
    repair_say(context, "%s", line);
}

/* The number of an id, with `flags` set of it besides what was. */
static bf_status repair_flag(struct repair *repair, const char *id, size_t length, uint8_t flags, uint32_t *number,
                             bf_error *error)
{
    bool is_new;
    if (!string_table_number(&repair->ids, id, (uint32_t)length, number, &is_new)) return fail_memory(error);
    if (is_new) buffer_append_u8(&repair->flags, 0);
    if (repair->flags.failed) return fail_memory(error);
    repair->flags.bytes[*number] |= flags;
    return BF_OK;
}

static bf_status repair_add(struct repair *repair, const bf_article *article, bf_error *error)
{
    bool replaced = false;
    bf_status status = bf_writer_add(repair->writer, article, &replaced, error);
    if (status == BF_OK) repair->report->saved += !replaced;
    return status;
}

/* ---- By the segment's own means ---- */

static bf_status repair_lose(struct repair *repair, struct segment *segment, uint32_t doc, const char *rule, bf_error *error)
{
    char id[512];
    size_t length;
    if (repair->lost_count == repair->lost_room) {
        uint32_t room = repair->lost_room ? 2 * repair->lost_room : 64;
        struct lost_document *lost = realloc(repair->lost, room * sizeof *lost);
        if (!lost) return fail_memory(error);
        repair->lost = lost;
        repair->lost_room = room;
    }
    struct lost_document *lost = &repair->lost[repair->lost_count];
    *lost = (struct lost_document){.doc = doc, .id = UINT32_MAX, .rule = strdup(rule)};
    if (!lost->rule) return fail_memory(error);
    repair->lost_count++;
    if (segment_id(segment, doc, id, &length, NULL) != BF_OK) return BF_OK;
    return repair_flag(repair, id, length, ID_LOST, &lost->id, error);
}

static bf_status repair_document(struct repair *repair, struct segment *segment, uint32_t doc, struct arena *arena,
                                 bf_error *error)
{
    bf_article article;
    uint32_t number;
    arena_clear(arena);
    bf_status status = segment_article(segment, doc, arena, &article, error);
    if (status == BF_OK) status = repair_add(repair, &article, error);
    if (status == BF_REFUSED) fail_within(error, status, "%s", repair->file);
    if (status == BF_CORRUPT || status == BF_REFUSED) {
        bf_error why = *error;
        return repair_lose(repair, segment, doc, why.message, error);
    }
    return status == BF_OK ? repair_flag(repair, article.id.bytes, article.id.length, ID_SAVED, &number, error) : status;
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
    return status == BF_CORRUPT ? BF_OK : fail(error, status, "%s: ids can't be read", repair->file);
}

static bf_status repair_documents(struct repair *repair, struct segment *segment, const struct repair_segment *planned,
                                  bf_error *error)
{
    uint32_t *arrived = NULL;
    struct arena arena = {0};
    bf_status status = segment_arrived(segment, &arrived, error);
    if (status == BF_CORRUPT) {
        repair_say(repair, "%s (equal scores will be in another order)", error->message);
        status = BF_OK;
    }
    for (uint32_t i = 0; status == BF_OK && i < segment->meta.doc_count; i++) {
        uint32_t doc = arrived ? arrived[i] : i;
        if (planned->deleted && bitset_has(planned->deleted, doc)) status = repair_deleted(repair, segment, doc, error);
        else status = repair_document(repair, segment, doc, &arena, error);
    }
    arena_free(&arena);
    free(arrived);
    return status;
}

/* ---- By its bytes ---- */

static bf_status repair_salvaged(void *context, const bf_article *article, bf_error *error)
{
    struct repair *repair = context;
    uint32_t number;
    bf_status status = repair_flag(repair, article->id.bytes, article->id.length, 0, &number, error);
    if (status != BF_OK) return status;
    uint8_t flags = repair->flags.bytes[number];
    /* Read already, or deleted. One that is lost may have been replaced in this segment: the later is found, and added, last. */
    if (!(flags & ID_LOST) && flags & (ID_SAVED | ID_DEAD) && !(flags & ID_SALVAGED)) return BF_OK;
    status = repair_add(repair, article, error);
    if (status == BF_REFUSED) return BF_OK;
    if (status != BF_OK) return status;
    if (!(flags & (ID_LOST | ID_SALVAGED))) repair->salvaged++;
    repair->flags.bytes[number] |= ID_SALVAGED;
    return BF_OK;
}

/* ---- A segment ---- */

static void repair_list_lost(struct repair *repair)
{
    uint64_t unknown = 0;
    for (uint32_t i = 0; i < repair->lost_count; i++) {
        const struct lost_document *lost = &repair->lost[i];
        uint32_t length;
        if (lost->id == UINT32_MAX) {
            /* Which of these was salvaged can't be said, only how many. */
            if (unknown++ < repair->salvaged) continue;
            repair_say(repair, "lost: an article of unknown id, such as document %u of %s", lost->doc, lost->rule);
        } else {
            if (repair->flags.bytes[lost->id] & ID_SALVAGED) continue;
            const uint8_t *id = string_table_get(&repair->ids, lost->id, &length);
            repair_say(repair, "lost: article %.*s, document %u of %s", (int)length, (const char *)id, lost->doc, lost->rule);
        }
        repair->report->lost++;
    }
}

static void repair_clear(struct repair *repair)
{
    for (uint32_t i = 0; i < repair->lost_count; i++) free(repair->lost[i].rule);
    repair->lost_count = 0;
    repair->salvaged = 0;
    string_table_clear(&repair->ids);
    buffer_clear(&repair->flags);
}

/* Nothing but its bytes: its trees or its own record are damaged. */
static bf_status repair_closed(struct repair *repair, const struct repair_segment *planned, bool manifest_lost, bf_error *error)
{
    uint64_t all = planned->listed.doc_count;
    repair_say(repair, "%s (so its articles are looked for in its bytes)", error->message);
    if (planned->deleted) repair->report->deletions_lost = true;
    bf_status status = article_salvage(repair->file, repair_salvaged, repair, error);
    if (status == BF_NOT_FOUND) status = BF_OK;
    if (manifest_lost) {
        repair->report->lost_may_be_more = true;
    } else if (repair->salvaged < all) {
        repair_say(repair, "lost: %llu articles of the %llu of %s%s", (unsigned long long)(all - repair->salvaged),
                   (unsigned long long)all, repair->file, planned->listed.deleted_count ? ", some of which were deleted" : "");
        repair->report->lost += all - repair->salvaged;
    }
    return status;
}

static bf_status repair_segment(struct repair *repair, const char *path, const struct repair_segment *planned, bool manifest_lost,
                                bf_error *error)
{
    struct segment *segment = NULL;
    repair_clear(repair);
    segment_store_path(path, planned->listed.number, repair->file, sizeof repair->file);
    bf_status status = segment_open_unlisted(path, planned->listed.number, &segment, error);
    if (status == BF_OK && !manifest_lost && segment->meta.doc_count != planned->listed.doc_count) {
        segment_close(segment);
        status = fail(error, BF_CORRUPT, "%s: the manifest counts other articles in this segment", repair->file);
    }
    if (status == BF_NOT_FOUND) {
        uint64_t live = planned->listed.doc_count - planned->listed.deleted_count;
        repair_say(repair, "lost: all %llu articles of %s, which is missing", (unsigned long long)live, repair->file);
        repair->report->lost += live;
        return BF_OK;
    }
    repair->report->deletions_lost |= planned->deletions_lost;
    if (status == BF_CORRUPT) return repair_closed(repair, planned, manifest_lost, error);
    if (status != BF_OK) return status;
    status = repair_documents(repair, segment, planned, error);
    segment_close(segment);
    if (status == BF_OK && repair->lost_count) status = article_salvage(repair->file, repair_salvaged, repair, error);
    if (status == BF_OK) repair_list_lost(repair);
    return status;
}

/* ---- The index ---- */

static bf_status repair_open_writer(struct repair *repair, const struct repair_plan *plan, const char *path, const char *into,
                                    const bf_repair_options *options, bf_error *error)
{
    struct analyzer *analyzer = NULL;
    bf_writer_options writing = {.language = options->language, .analysis = options->analysis, .memory = options->memory,
                                 .no_sync = options->no_sync};
    if (plan->analyzer[0]) {
        bf_status status = analyzer_from_identity(plan->analyzer, &analyzer, error);
        if (status != BF_OK) return fail_within(error, status, "%s", path);
        writing.language = analyzer_language(analyzer);
        writing.analysis = strncmp(plan->analyzer, "plain", 5) == 0 ? "plain" : "standard";
    } else if (!options->language && !options->analysis) {
        return fail(error, BF_BAD_ARGUMENT, "%s: the manifest is lost, and with it the language: it must be given", path);
    }
    bf_status status = bf_writer_open(into, &writing, &repair->writer, error);
    analyzer_free(analyzer);
    return status;
}

/* All in it was made by this repair. */
static void repair_remove(const char *into)
{
    static const char *const names[] = {"manifest.lmdb", "manifest.lmdb-lock", "writer.lock"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snprintf(path, sizeof path, "%s/%s", into, names[i]) < (int)sizeof path) unlink(path);
    rmdir(into);
}

bf_status bf_repair(const char *path, const char *into, const bf_repair_options *options,
                    void (*finding)(void *context, const char *line), void *context, bf_repair_report *report, bf_error *error)
{
    static const bf_repair_options defaults = {0};
    bf_repair_report unwanted;
    bf_error local = {0};
    struct repair_plan plan;
    struct stat about;
    if (!error) error = &local;
    if (!options) options = &defaults;
    if (!report) report = &unwanted;
    *report = (bf_repair_report){0};
    struct repair repair = {.finding = finding, .context = context, .report = report};
    if (lstat(into, &about) == 0) return fail(error, BF_BAD_ARGUMENT, "%s: exists already; a repair makes a new index", into);
    bf_status status = repair_plan_make(path, &plan, repair_planned, &repair, error);
    if (status != BF_OK) return status;
    report->manifest_lost = plan.manifest_lost;
    report->deletions_lost = plan.manifest_lost;
    status = repair_open_writer(&repair, &plan, path, into, options, error);
    for (uint32_t i = 0; status == BF_OK && i < plan.count; i++)
        status = repair_segment(&repair, path, &plan.segments[i], plan.manifest_lost, error);
    if (status == BF_OK) status = bf_writer_commit(repair.writer, error);
    bf_writer_close(repair.writer);
    if (status != BF_OK) repair_remove(into);
    repair_clear(&repair);
    string_table_free(&repair.ids);
    buffer_free(&repair.flags);
    free(repair.lost);
    repair_plan_free(&plan);
    return status;
}
