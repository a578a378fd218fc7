#include "repair_plan.h"

#include "segment.h"
#include "status.h"
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct planning {
    const char *path;
    struct repair_plan *plan;
    struct manifest_store *store;
    struct manifest_transaction *transaction;
    void (*finding)(void *context, const char *line);
    void *context;
};

static bf_status planning_corrupt(const struct planning *planning, const char *rule, bf_error *error)
{
    if (rule == memory_rule) return fail_memory(error);
    return fail(error, BF_CORRUPT, "%s/manifest.lmdb: %s", planning->path, rule);
}

static bf_status planning_get(struct planning *planning, const char *key, const uint8_t **value, size_t *length, bf_error *error)
{
    bf_status status = manifest_get(planning->transaction, key, strlen(key), value, length, error);
    if (status != BF_NOT_FOUND) return status;
    return fail(error, BF_CORRUPT, "%s/manifest.lmdb: there is no record \"%s\"", planning->path, key);
}

/* Deletions of one segment. Where a piece is damaged, or they are not as many as they should be, none of them is believed: it is
 * better to have an article back than to lose one. */
static bf_status planning_deletions(struct planning *planning, struct repair_segment *segment, bf_error *error)
{
    uint32_t pieces = (segment->listed.doc_count + DELETED_PIECE - 1) / DELETED_PIECE, found = 0;
    if (!segment->listed.deleted_count) return BF_OK;
    segment->deleted = calloc(pieces, DELETED_PIECE / 8);
    if (!segment->deleted) return fail_memory(error);
    for (uint32_t piece = 0; piece < pieces; piece++) {
        uint8_t key[9];
        const uint8_t *value;
        size_t length, key_length = manifest_deleted_key(segment->listed.number, piece, key);
        bf_status status = manifest_get(planning->transaction, key, key_length, &value, &length, error);
        if (status == BF_NOT_FOUND) continue;
        if (status != BF_OK) return status;
        const char *rule = manifest_deleted_decode(value, length, segment->deleted + (size_t)piece * DELETED_PIECE / 64);
        if (rule) return planning_corrupt(planning, rule, error);
    }
    for (size_t i = 0; i < (size_t)pieces * DELETED_PIECE / 64; i++) found += (uint32_t)__builtin_popcountll(segment->deleted[i]);
    if (found == segment->listed.deleted_count) return BF_OK;
    return planning_corrupt(planning, "the deletions of a segment must be as many as the list of segments says", error);
}

static bf_status planning_read(struct planning *planning, bf_error *error)
{
    struct repair_plan *plan = planning->plan;
    struct manifest_head head;
    struct manifest_segment *listed = NULL;
    const uint8_t *value;
    size_t length;
    bf_status status = manifest_store_open(planning->path, false, &planning->store, error);
    if (status == BF_OK) status = manifest_read_begin(planning->store, &planning->transaction, error);
    if (status == BF_OK) status = planning_get(planning, MANIFEST_KEY_INDEX, &value, &length, error);
    if (status != BF_OK) return status;
    uint32_t format;
    if (manifest_head_is_foreign(value, length, &format))
        return fail(error, BF_INCOMPATIBLE, "%s: the index is of format %u, and this program reads and writes format %d", planning->path,
                    format, MANIFEST_FORMAT);
    const char *rule = manifest_head_decode(value, length, &head);
    if (rule) return planning_corrupt(planning, rule, error);
    memcpy(plan->analyzer, head.analyzer, sizeof plan->analyzer);
    status = planning_get(planning, MANIFEST_KEY_SEGMENTS, &value, &length, error);
    if (status != BF_OK) return status;
    rule = manifest_segments_decode(value, length, &listed, &plan->count);
    if (rule) return planning_corrupt(planning, rule, error);
    plan->segments = calloc(plan->count ? plan->count : 1, sizeof *plan->segments);
    if (!plan->segments) status = fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < plan->count; i++) {
        struct repair_segment *segment = &plan->segments[i];
        segment->listed = listed[i];
        status = planning_deletions(planning, segment, error);
        if (status != BF_CORRUPT) continue;
        free(segment->deleted);
        segment->deleted = NULL;
        segment->deletions_lost = true;
        planning->finding(planning->context, error->message);
        status = BF_OK;
    }
    free(listed);
    return status;
}

/* No commit ever changes the analyzer, so any record that says it will do. */
static bf_status planning_analyzer(void *context, const struct store_entry *entry, bf_error *error)
{
    struct repair_plan *plan = context;
    struct manifest_head head;
    (void)error;
    if (!manifest_head_decode(entry->value, entry->value_length, &head))
        memcpy(plan->analyzer, head.analyzer, sizeof plan->analyzer);
    return BF_OK;
}

/* So that of two articles of one id the later is added last. */
static int by_arrival(const void *a, const void *b)
{
    const struct repair_segment *left = a, *right = b;
    if (left->first_arrival != right->first_arrival) return left->first_arrival < right->first_arrival ? -1 : 1;
    return (left->listed.number > right->listed.number) - (left->listed.number < right->listed.number);
}

/* A segment that can't say when its articles came goes before all others, which are better known. */
static uint64_t planning_arrival(const char *path, uint32_t number)
{
    struct segment *segment;
    if (segment_open_unlisted(path, number, &segment, NULL) != BF_OK) return 0;
    uint64_t first = segment->meta.first_arrival;
    segment_close(segment);
    return first;
}

/* The segment files there are. */
static bf_status planning_files(struct planning *planning, bf_error *error)
{
    struct repair_plan *plan = planning->plan;
    DIR *folder = opendir(planning->path);
    uint32_t number;
    if (!folder) return fail_system(error, errno, "%s", planning->path);
    free(plan->segments);
    plan->segments = NULL;
    plan->count = 0;
    bf_status status = BF_OK;
    for (struct dirent *entry; status == BF_OK && (entry = readdir(folder));) {
        if (!segment_store_number(entry->d_name, &number)) continue;
        struct repair_segment *segments = realloc(plan->segments, (plan->count + 1) * sizeof *segments);
        if (!segments) {
            status = fail_memory(error);
            break;
        }
        plan->segments = segments;
        plan->segments[plan->count++] = (struct repair_segment){
            .listed = {.number = number}, .first_arrival = planning_arrival(planning->path, number)};
    }
    closedir(folder);
    if (plan->count) qsort(plan->segments, plan->count, sizeof *plan->segments, by_arrival);
    return status;
}

bf_status repair_plan_make(const char *path, struct repair_plan *plan, void (*finding)(void *context, const char *line),
                           void *context, bf_error *error)
{
    struct planning planning = {.path = path, .plan = plan, .finding = finding, .context = context};
    *plan = (struct repair_plan){0};
    bf_status status = planning_read(&planning, error);
    if (status == BF_CORRUPT) {
        finding(context, error->message);
        plan->manifest_lost = true;
        status = planning_files(&planning, error);
        if (status == BF_OK)
            status = manifest_each_loose(path, MANIFEST_KEY_INDEX, sizeof MANIFEST_KEY_INDEX - 1, planning_analyzer, plan, error);
    }
    manifest_end(planning.transaction);
    manifest_store_close(planning.store);
    if (status != BF_OK) repair_plan_free(plan);
    return status;
}

void repair_plan_free(struct repair_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) free(plan->segments[i].deleted);
    free(plan->segments);
    *plan = (struct repair_plan){0};
}
