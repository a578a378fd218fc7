#include "position_walk.h"

#include "posting_cursor.h"
#include "status.h"

#include <stdlib.h>

void position_walk_open(struct position_walk *walk, struct segment *segment, const struct section_view *view,
                        const struct posting_list *list)
{
    walk->segment = segment;
    walk->list = list;
    walk->view = view;
    walk->length_bytes = NULL;
    walk->group_view.chunk = NULL;
    walk->group = walk->verified = UINT32_MAX;
    segment_position_scale(segment, &list->room, &walk->scale);
}

static bool walk_broken(struct position_walk *walk, const char *record, const char *rule)
{
    segment_broken(walk->segment, record, rule);
    walk->group = UINT32_MAX;
    return false;
}

static uint32_t group_of(const struct position_walk *walk, uint32_t part)
{
    return walk->list->paged ? part >> posting_page_group_shift(walk->list) : part;
}

/* Finds and verifies the group's bytes. */
static bool walk_find(struct position_walk *walk, uint32_t group, const uint8_t **bytes, uint64_t *length)
{
    static const uint8_t nothing[POSTING_SLACK]; /* a group may take no bits: one word in an article of one word */
    uint64_t offset;
    bf_error error = {0};
    struct section_view *view = &walk->group_view;
    *bytes = nothing;
    if (!posting_group_range(walk->list, group, &offset, length))
        return walk_broken(walk, "postings", "position groups are not in order");
    if (*length == 0) return true;
    if (view->chunk && offset >= view->chunk->start && offset + *length <= view->chunk->end) {
        view->bytes = view->chunk->bytes + (offset - view->chunk->start);
        view->length = (size_t)*length;
    } else if (section_find(&walk->segment->positions, offset, (size_t)*length, view, &error) != BF_OK) {
        view->chunk = NULL;
    }
    if (error.status != BF_OK || section_verify(view, 0, view->length, &error) != BF_OK) {
        segment_fail(walk->segment, &error);
        walk->group = UINT32_MAX;
        return false;
    }
    *bytes = view->bytes;
    return true;
}

/* Length bytes are verified for a whole part: its documents lie between the first and the last. */
static bool walk_verify_lengths(struct position_walk *walk, const struct position_part *part)
{
    if (walk->verified == part->number || !walk->list->room.lengths) return true;
    walk->length_bytes = segment_length_bytes(walk->segment, part->docs[0], part->docs[part->count - 1] + 1);
    walk->verified = part->number;
    if (walk->length_bytes) return true;
    walk->verified = walk->group = UINT32_MAX;
    return false;
}

static void walk_skip(struct position_walk *walk, const struct position_part *part, uint32_t doc)
{
    uint32_t first = walk->index;
    const struct position_postings postings = {&walk->scale, walk->length_bytes, part->docs + first, part->tfs + first,
                                               part->count - first};
    walk->index += position_reader_skip(&walk->reader, &postings, doc);
}

static const char *load_page(const struct position_walk *walk, uint32_t page, uint32_t docs[POSTING_PAGE],
                             uint32_t tfs[POSTING_PAGE], struct position_part *part)
{
    *part = (struct position_part){page, posting_page_count(walk->list, page), docs, tfs};
    const char *rule = posting_page_docs(walk->list, page, docs);
    return rule ? rule : posting_page_tfs(walk->list, page, tfs);
}

/* Passes over what is left of the page it stands in, and goes on to the next that has postings. */
static bool walk_leave_page(struct position_walk *walk, uint32_t count)
{
    if (walk->index < count) {
        uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE];
        struct position_part part;
        if (!posting_list_verify_page(walk->segment, walk->view, walk->list, walk->part)) return false;
        const char *rule = load_page(walk, walk->part, docs, tfs, &part);
        if (rule) return walk_broken(walk, "postings", rule);
        if (!walk_verify_lengths(walk, &part)) return false;
        walk_skip(walk, &part, UINT32_MAX);
    }
    walk->part = posting_page_next(walk->list, walk->part + 1);
    walk->index = 0;
    return true;
}

bool position_walk_seek(struct position_walk *walk, const struct position_part *part, uint32_t doc)
{
    uint32_t group = group_of(walk, part->number);
    if (group != walk->group || part->number < walk->part ||
        (part->number == walk->part && walk->index > 0 && part->docs[walk->index - 1] >= doc)) {
        const uint8_t *bytes;
        uint64_t length;
        if (!walk_find(walk, group, &bytes, &length)) return false;
        position_reader_open(&walk->reader, bytes, (size_t)length);
        walk->group = group;
        walk->index = 0;
        walk->part = part->number;
        if (walk->list->paged) walk->part = posting_page_next(walk->list, group << posting_page_group_shift(walk->list));
    }
    while (walk->part < part->number)
        if (!walk_leave_page(walk, posting_page_count(walk->list, walk->part))) return false;
    if (!walk_verify_lengths(walk, part)) return false;
    walk_skip(walk, part, doc);
    return true;
}

uint32_t position_walk_read(struct position_walk *walk, const struct position_part *part, uint32_t enough, uint32_t *positions)
{
    uint32_t count, eighths = position_eighths(&walk->scale, walk->length_bytes, part->docs[walk->index]);
    const char *rule = position_reader_read(&walk->reader, eighths, part->tfs[walk->index], enough, positions, &count);
    walk->index++;
    if (!rule) return count;
    walk_broken(walk, "positions", rule);
    return 0;
}

/* ---- Check ---- */

/* The postings of a group: at most those of the pages it has. */
static const char *check_group(struct position_walk *walk, uint32_t group, uint32_t *docs, uint32_t *tfs)
{
    const struct posting_list *list = walk->list;
    uint32_t shift = list->paged ? posting_page_group_shift(list) : 0, count = 0;
    const uint8_t *bytes;
    uint64_t length;
    const char *rule = NULL;
    for (uint32_t part = group << shift; !rule && part < (group + 1) << shift && part < list->block_count; part++) {
        struct position_part loaded = {part, posting_block_count(list, part), docs + count, tfs + count};
        if (list->paged) rule = load_page(walk, part, docs + count, tfs + count, &loaded);
        else if (!(rule = posting_block_docs(list, part, docs)))
            rule = posting_block_tfs(list, part, tfs);
        if (!rule && loaded.count && !walk_verify_lengths(walk, &loaded)) return NULL; /* noted */
        count += loaded.count;
    }
    if (rule || !walk_find(walk, group, &bytes, &length)) return rule;
    const struct position_postings postings = {&walk->scale, walk->length_bytes, docs, tfs, count};
    return position_group_check(bytes, (size_t)length, &postings);
}

const char *position_walk_check(struct position_walk *walk)
{
    const struct posting_list *list = walk->list;
    /* What decodes a part may write to the end of a whole one. */
    size_t most = list->paged ? ((size_t)POSTING_PAGE << posting_page_group_shift(list)) + POSTING_PAGE : POSTING_BLOCK;
    uint32_t *docs = malloc(2 * most * sizeof *docs);
    const char *rule = docs ? NULL : memory_rule;
    for (uint32_t group = 0; !rule && group < list->group_count && walk->segment->failure.status == BF_OK; group++)
        rule = check_group(walk, group, docs, docs + most);
    free(docs);
    return rule;
}
