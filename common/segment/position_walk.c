#include "position_walk.h"

#include "posting_cursor.h"
#include "status.h"

#include <stdlib.h>

bool position_walk_open(struct position_walk *walk, struct segment *segment, const struct section_view *view,
                        const struct posting_list *list)
{
    walk->segment = segment;
    walk->list = list;
    walk->view = view;
    walk->length_bytes = NULL;
    walk->group_view.chunk = NULL;
    walk->group = walk->counted = UINT32_MAX;
    walk->scale = segment_position_scale(segment, &list->room);
    return walk->scale != NULL;
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

/* Finds and verifies the group's bytes, those of its positions. */
static bool walk_find(struct position_walk *walk, uint32_t group, const uint8_t **bytes, uint64_t *length)
{
    static const uint8_t nothing[POSTING_SLACK]; /* a group may take no bits: one word in an article of one word */
    uint64_t offset;
    struct section_view *view = &walk->group_view;
    *bytes = nothing;
    if (!posting_group_range(walk->list, group, &offset, length))
        return walk_broken(walk, "postings", "position groups are not in order");
    walk->numbers = (struct form_numbers){0};
    if (*length == 0) return true; /* numbers that are not there are 0 */
    if (view->chunk && offset >= view->chunk->start && offset + *length <= view->chunk->end) {
        view->bytes = view->chunk->bytes + (offset - view->chunk->start);
        view->length = (size_t)*length;
    } else {
        bf_error error = {0};
        if (section_find(&walk->segment->positions, offset, (size_t)*length, view, &error) != BF_OK) {
            segment_fail(walk->segment, &error);
            view->chunk = NULL;
            walk->group = UINT32_MAX;
            return false;
        }
    }
    *bytes = view->bytes;
    walk->group = walk->counted = UINT32_MAX;
    if (!segment_verified(walk->segment, view, 0, view->length)) return false;
    if (!walk->list->numbered) return true;
    size_t taken;
    const char *rule = form_numbers_open(view->bytes, view->length, &walk->numbers, &taken);
    if (rule) return walk_broken(walk, "positions", rule);
    *bytes += taken;
    *length -= taken;
    return true;
}

/* The part's postings with all that says what they take. Length bytes are verified from its first document to its last. False:
 * damage, which is noted. */
static bool walk_postings(struct position_walk *walk, const struct position_part *part, struct position_postings *postings)
{
    *postings = (struct position_postings){walk->scale, NULL, part->docs, part->tfs, part->count};
    if (!walk->list->room.lengths || !part->count) return true;
    walk->length_bytes = segment_length_bytes(walk->segment, part->docs[0], part->docs[part->count - 1] + 1);
    postings->length_bytes = walk->length_bytes;
    return walk->length_bytes != NULL;
}

static const char *load_page(const struct position_walk *walk, uint32_t page, uint32_t docs[POSTING_PAGE],
                             uint32_t tfs[POSTING_PAGE], struct position_part *part)
{
    *part = (struct position_part){page, posting_page_count(walk->list, page), docs, tfs};
    const char *rule = posting_page_docs(walk->list, page, docs);
    return rule ? rule : posting_page_tfs(walk->list, page, tfs);
}

/* Finds what the page's positions take. False: damage, which is noted. */
static bool walk_widen(struct position_walk *walk, uint32_t number, struct position_page *page)
{
    uint32_t first = number * POSTING_PAGE, docs = walk->list->doc_count - first;
    if (docs > POSTING_PAGE) docs = POSTING_PAGE;
    if (walk->list->room.lengths) {
        walk->length_bytes = segment_length_bytes(walk->segment, first, first + docs);
        if (!walk->length_bytes) return false;
    }
    position_page_widen(walk->scale, walk->list->room.lengths ? walk->length_bytes + first : NULL, docs, page);
    return true;
}

/* Adds up the pages from `page` to the one before `end`. */
static bool walk_pass_pages(struct position_walk *walk, uint32_t page, uint32_t end)
{
    struct position_page passed;
    for (page = posting_page_next(walk->list, page); page < end; page = posting_page_next(walk->list, page + 1)) {
        if (!posting_list_verify_page(walk->segment, walk->view, walk->list, page)) return false;
        const char *rule = posting_page_measure(walk->list, page, &passed);
        if (rule) return walk_broken(walk, "postings", rule);
        if (!walk_widen(walk, page, &passed)) return false;
        position_page_pass(&passed, passed.count, &walk->place.low, &walk->place.high);
    }
    return true;
}

/* Opens the group, or keeps it: then parts before the one that stood open are not to be added up again. */
static bool walk_turn_group(struct position_walk *walk, uint32_t number)
{
    uint32_t group = group_of(walk, number), first = walk->list->paged ? group << posting_page_group_shift(walk->list) : number;
    if (group == walk->group && number > walk->part) {
        walk->place = walk->end;
        return walk_pass_pages(walk, walk->part + 1, number);
    }
    if (group != walk->group) {
        const uint8_t *bytes;
        uint64_t length;
        if (!walk_find(walk, group, &bytes, &length)) return false;
        position_reader_open(&walk->reader, bytes, (size_t)length);
        __builtin_prefetch(bytes); /* the first high parts: they come while postings are measured */
        __builtin_prefetch(bytes + 64);
        walk->group = group;
    }
    walk->place = (struct position_place){0};
    return !walk->list->paged || walk_pass_pages(walk, first, number);
}

bool position_walk_turn_slowly(struct position_walk *walk, const struct position_part *part)
{
    struct position_postings postings;
    if (!walk_turn_group(walk, part->number) || !walk_postings(walk, part, &postings)) {
        walk->group = UINT32_MAX;
        return false;
    }
    walk->part = part->number;
    walk->measured = position_measure_best()(&postings, &walk->sums);
    walk->end = walk->place;
    if (walk->measured) {
        walk->end.low += walk->sums.low[part->count];
        walk->end.high += walk->sums.high[part->count];
    } else {
        position_place_add(&walk->end, &postings);
    }
    return true;
}

bool position_walk_turn_page_slowly(struct position_walk *walk, uint32_t number, struct position_page *page)
{
    if (!walk_turn_group(walk, number) || !walk_widen(walk, number, page)) {
        walk->group = UINT32_MAX;
        return false;
    }
    walk->part = number;
    walk->end = walk->place;
    if (posting_page_group_shift(walk->list)) position_page_pass(page, page->count, &walk->end.low, &walk->end.high);
    return true;
}

uint32_t position_walk_read(struct position_walk *walk, const struct position_part *part, uint32_t index, uint32_t enough,
                            uint32_t *positions)
{
    uint64_t before_low = walk->place.low, before_high = walk->place.high;
    uint32_t count, tf = part->tfs[index];
    const uint8_t *length_bytes = walk->list->room.lengths ? walk->length_bytes : NULL;
    if (walk->measured) {
        before_low += walk->sums.low[index];
        before_high += walk->sums.high[index];
    } else {
        const struct position_postings before = {walk->scale, length_bytes, part->docs, part->tfs, index};
        struct position_place place = {0};
        position_place_add(&place, &before);
        before_low += place.low;
        before_high += place.high;
    }
    uint32_t width = position_width(walk->scale->eighths[length_bytes ? length_bytes[part->docs[index]] : 0], tf);
    const char *rule = position_reader_read_wide(&walk->reader, before_low, before_high, width, tf, enough, positions, &count);
    if (!rule) return count;
    walk_broken(walk, "positions", rule);
    return 0;
}

/* Positions of the group's postings in parts before this one. */
static bool walk_count(struct position_walk *walk, const struct position_part *part)
{
    if (walk->counted == part->number) return true;
    uint32_t shift = walk->list->paged ? posting_page_group_shift(walk->list) : 0, tfs[POSTING_PAGE];
    uint64_t before = 0;
    for (uint32_t page = part->number >> shift << shift; page < part->number; page++) {
        if (!posting_list_verify_page(walk->segment, walk->view, walk->list, page)) return false;
        const char *rule = posting_page_tfs(walk->list, page, tfs);
        if (rule) return walk_broken(walk, "postings", rule);
        for (uint32_t i = 0, count = posting_page_count(walk->list, page); i < count; i++) before += tfs[i];
    }
    walk->counted = part->number;
    walk->counted_before = before;
    return true;
}

uint32_t position_walk_read_page(struct position_walk *walk, const struct position_page *page, uint32_t index, uint32_t enough,
                                 uint32_t *positions)
{
    uint64_t before_low = walk->place.low, before_high = walk->place.high;
    uint32_t count, tf = page->tfs[index], width = page->widths[index];
    position_page_pass(page, index, &before_low, &before_high);
    if (!tf) { /* it is aside */
        tf = position_page_tf(page, index);
        width = position_width(page->rooms[index], tf);
    }
    const char *rule = position_reader_read_wide(&walk->reader, before_low, before_high, width, tf, enough, positions, &count);
    if (!rule) return count;
    walk_broken(walk, "positions", rule);
    return 0;
}

bool position_walk_forms(struct position_walk *walk, const struct position_part *part, uint32_t index, uint32_t *numbers)
{
    if (!walk->list->numbered) return walk_broken(walk, "positions", "the list has no numbers of forms");
    if (!walk_count(walk, part)) return false;
    uint64_t before = walk->counted_before;
    for (uint32_t i = 0; i < index; i++) before += part->tfs[i];
    const char *rule = form_numbers_read(&walk->numbers, before, part->tfs[index], numbers);
    return !rule || walk_broken(walk, "positions", rule);
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
        struct position_part loaded = {part, list->paged ? 0 : posting_block_count(list, part), docs, tfs};
        if (list->paged) rule = load_page(walk, part, docs + count, tfs + count, &loaded);
        else if (!(rule = posting_block_docs(list, part, docs)))
            rule = posting_block_tfs(list, part, tfs);
        count += loaded.count;
    }
    uint64_t positions = 0;
    for (uint32_t i = 0; !rule && i < count; i++) positions += tfs[i];
    const struct position_part whole = {group, count, docs, tfs};
    struct position_postings postings;
    if (rule || !walk_postings(walk, &whole, &postings) || !walk_find(walk, group, &bytes, &length)) return rule;
    if (walk->numbers.headers && walk->numbers.count != positions)
        return "a group has not one number of a form for each position";
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
