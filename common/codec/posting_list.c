#include "posting_list.h"

#include "impact.h"
#include "posting_record.h"
#include "rice_block.h"
#include "varint.h"

#include <math.h>

/* Hands out the record's parts one after the other. All lengths are sums of numbers below 2^40, so 64 bits never wrap. */
static uint32_t take(uint64_t *at, uint64_t length)
{
    uint64_t start = *at;
    *at += length;
    return start > UINT32_MAX ? UINT32_MAX : (uint32_t)start;
}

/* That of a list of a single block. */
static const uint8_t only_block_max = IMPACT_CODE_MAX;

struct head {
    uint32_t flags, title_df, grid_shift, group_shift, pages_length;
    uint64_t group_base;
    enum group_form group_form;
    uint32_t blocks[6], title[6];
    size_t length; /* of the head alone, up to the directories */
};

static const char *read_section(const uint8_t **at, const uint8_t *end, uint32_t df, uint32_t doc_count, uint32_t section[6])
{
    uint64_t most = (uint64_t)posting_blocks(df) * RICE_BLOCK_MOST;
    if (!varint_read_u32(at, end, &section[SECTION_LAST]) || !varint_read_u32(at, end, &section[SECTION_DOCS_LENGTH]) ||
        !varint_read_u32(at, end, &section[SECTION_TFS_LENGTH]))
        return "the head is cut short";
    if (section[SECTION_LAST] >= doc_count || section[SECTION_LAST] < df - 1) return "the last document is none of the segment's";
    if (section[SECTION_DOCS_LENGTH] > most || section[SECTION_TFS_LENGTH] > most)
        return "a section is longer than its blocks can be";
    return NULL;
}

/* Where the positions are, how many bytes, and what room there is for each. */
static const char *read_positions(const uint8_t **at, const uint8_t *end, struct posting_list *list, struct head *head)
{
    uint32_t room = (head->flags & POSTING_ROOM) >> ROOM_SHIFT;
    const uint32_t of_positions = POSTING_ROOM | POSTING_NUMBERED | POSTING_WIDE_GROUPS;
    if (!list->has_positions) return head->flags & of_positions ? "a list without positions has groups" : NULL;
    if (!varint_read(at, end, &head->group_base) || !varint_read(at, end, &list->positions_length))
        return "the head is cut short";
    if ((head->flags & POSTING_NUMBERED) && !(head->flags & POSTING_HAS_FORMS)) return "a list without forms has numbers of them";
    if (list->positions_length > UINT64_MAX - head->group_base) return "positions end beyond 64 bits";
    list->numbered = head->flags & POSTING_NUMBERED;
    list->room = (struct position_room){.lengths = room != ROOM_ALONE, .beyond = room == ROOM_GAP ? ROOM_GAP_SIZE : 0};
    if (room == ROOM_BEYOND || room == ROOM_ALONE) {
        if (*at == end) return "the head is cut short";
        if (**at > ROOM_POWER_MOST) return "positions are below 2^28";
        list->room.beyond = 1U << *(*at)++;
    }
    head->group_form = head->flags & POSTING_WIDE_GROUPS           ? GROUPS_WIDE
                       : list->positions_length <= UINT16_MAX ? GROUPS_NARROW
                                                              : GROUPS_RUNS;
    return NULL;
}

/* The maximum, then the k-th for each k that there are postings for. */
static const char *read_impacts(const uint8_t **at, const uint8_t *end, struct posting_list *list)
{
    float above = 0;
    for (uint32_t i = 0; i <= POSTING_KTH; i++) {
        if (i && posting_kth_k[i - 1] > list->df) break;
        if (end - *at < 4) return "the head is cut short";
        float impact = load_f32(*at);
        *at += 4;
        if (!isfinite(impact) || impact < 0 || (i == 0 && impact == 0) || (i && impact > above))
            return "the stored impacts are not descending positive numbers";
        above = impact;
        if (i) list->kth[i - 1] = impact;
        else list->max_impact = impact;
    }
    return NULL;
}

static const char *read_counts(const uint8_t **at, const uint8_t *end, uint32_t doc_count, struct posting_list *list,
                               struct head *head)
{
    uint64_t more;
    if (end - *at < 2) return "the head is cut short";
    if (**at != POSTING_VERSION) return "the version is unknown";
    head->flags = (*at)[1];
    *at += 2;
    if (!varint_read_u32(at, end, &list->df) || !varint_read(at, end, &more)) return "the head is cut short";
    if (list->df == 0 || list->df > doc_count) return "the document frequency is not one of the segment's";
    list->cf = list->df + more;
    if (list->cf < more) return "the collection frequency is too large";
    list->paged = head->flags & POSTING_IS_PAGED;
    if (list->paged != posting_is_paged(list->df, doc_count)) return "the shape does not follow from the document frequency";
    list->has_positions = head->flags & POSTING_HAS_POSITIONS;
    return read_impacts(at, end, list);
}

static const char *read_head(const uint8_t *bytes, size_t length, uint32_t doc_count, struct posting_list *list,
                             struct head *head)
{
    const uint8_t *at = bytes, *end = bytes + length;
    const char *rule = read_counts(&at, end, doc_count, list, head);
    if (!rule) rule = read_positions(&at, end, list, head);
    if (rule) return rule;
    if (list->paged) {
        if (end - at < 1) return "the head is cut short";
        head->grid_shift = *at & 15U;
        head->group_shift = (uint32_t)*at++ >> 4;
        if (head->grid_shift < GRID_SHIFT_LEAST || head->grid_shift > GRID_SHIFT_MOST)
            return "the grid's cells have an unknown size";
        if (head->group_shift > GROUP_SHIFT_MOST) return "the position groups have an unknown size";
        if (!varint_read_u32(&at, end, &head->pages_length)) return "the head is cut short";
    } else {
        rule = read_section(&at, end, list->df, doc_count, head->blocks);
    }
    if (!rule && (head->flags & POSTING_HAS_TITLE)) {
        if (!varint_read_u32(&at, end, &head->title_df)) return "the head is cut short";
        if (head->title_df == 0 || head->title_df > list->df) return "there are more titles than postings";
        rule = read_section(&at, end, head->title_df, doc_count, head->title);
    }
    if (!rule && (head->flags & POSTING_HAS_FORMS)) {
        if (!varint_read_u32(&at, end, &list->forms_length)) return "the head is cut short";
        if (list->forms_length == 0) return "a list of forms is empty";
    }
    head->length = (size_t)(at - bytes);
    return rule;
}

const char *posting_list_peek(const uint8_t *bytes, size_t length, uint32_t doc_count, struct posting_list *list)
{
    const uint8_t *at = bytes;
    struct head head;
    memset(list->kth, 0, sizeof list->kth);
    return read_counts(&at, bytes + length, doc_count, list, &head);
}

const char *posting_list_open(const uint8_t *bytes, size_t length, uint32_t doc_count, struct posting_list *list)
{
    struct head head = {0};
    *list = (struct posting_list){.bytes = bytes, .length = length, .doc_count = doc_count};
    if (length > UINT32_MAX) return "the record is longer than 4 GB";
    const char *rule = read_head(bytes, length, doc_count, list, &head);
    if (rule) return rule;
    list->unit = impact_unit(list->max_impact);
    list->title_df = head.title_df;
    list->title_block_count = posting_blocks(head.title_df);
    list->block_count = list->paged ? posting_pages(doc_count) : posting_blocks(list->df);
    list->group_count = list->paged ? posting_groups(list->block_count, head.group_shift) : list->block_count;
    list->grid_shift = head.grid_shift;
    memcpy(list->parts + PART_BLOCKS, head.blocks, sizeof head.blocks);
    memcpy(list->parts + PART_TITLE, head.title, sizeof head.title);

    uint64_t at = head.length;
    uint32_t *blocks = list->parts + PART_BLOCKS, *title = list->parts + PART_TITLE;
    uint32_t bounded = posting_bounded_blocks(list->block_count), grid = 0;
    uint32_t max = take(&at, list->paged ? posting_page_max_size(list->block_count) : bounded);
    if (list->paged) {
        grid = take(&at, posting_grid_size(list->block_count, head.grid_shift));
        list->parts[PART_WINDOWS] = take(&at, (uint64_t)posting_windows(list->block_count) * WINDOW_ENTRY);
    } else {
        grid = take(&at, (uint64_t)bounded * BLOCK_RUNS_SIZE);
        blocks[SECTION_DIRECTORY] = take(&at, section_directory_size(list->block_count));
    }
    list->parts[PART_GROUPS] = take(&at, list->has_positions ? posting_groups_size(head.group_form, list->group_count) : 0);
    list->parts[PART_GROUP_BASE_LOW] = (uint32_t)head.group_base;
    list->parts[PART_GROUP_BASE_HIGH] = (uint32_t)(head.group_base >> 32);
    list->parts[PART_GROUP_FORM] = head.group_shift | (uint32_t)head.group_form << 8;
    title[SECTION_DIRECTORY] = take(&at, section_directory_size(list->title_block_count));
    if (list->paged) {
        list->parts[PART_PAGES] = take(&at, head.pages_length);
        list->parts[PART_PAGES_LENGTH] = head.pages_length;
    } else {
        blocks[SECTION_DOCS] = take(&at, blocks[SECTION_DOCS_LENGTH]);
        blocks[SECTION_TFS] = take(&at, blocks[SECTION_TFS_LENGTH]);
    }
    title[SECTION_DOCS] = take(&at, title[SECTION_DOCS_LENGTH]);
    title[SECTION_TFS] = take(&at, title[SECTION_TFS_LENGTH]);
    take(&at, list->forms_length);
    if (at != length) return "the record's length is not the sum of its parts";
    list->page_max = list->paged || bounded ? bytes + max : &only_block_max;
    list->grid = bytes + grid;
    return NULL;
}

uint32_t posting_list_head_length(const struct posting_list *list)
{
    return list->paged ? list->parts[PART_PAGES] : list->parts[PART_BLOCKS + SECTION_DOCS];
}

/* Where the group begins among the list's positions, or with group == group_count, where they end. */
static uint64_t group_start(const struct posting_list *list, uint32_t group)
{
    const uint8_t *directory = list->bytes + list->parts[PART_GROUPS];
    if (group == 0) return 0;
    if (group >= list->group_count) return list->positions_length;
    switch ((enum group_form)(list->parts[PART_GROUP_FORM] >> 8)) {
    case GROUPS_NARROW: return load_u16(directory + 2 * (size_t)(group - 1));
    case GROUPS_WIDE: return load_u64(directory + 8 * (size_t)(group - 1));
    case GROUPS_RUNS: break;
    }
    uint32_t run = group / GROUP_RUN;
    uint64_t start = run ? load_u32(directory + 4 * (size_t)(run - 1)) : 0;
    directory += 4 * (size_t)posting_group_runs(list->group_count);
    return start + load_u16(directory + 2 * (size_t)(group - 1));
}

bool posting_group_range(const struct posting_list *list, uint32_t group, uint64_t *offset, uint64_t *length)
{
    uint64_t start = group_start(list, group), end = group_start(list, group + 1);
    *offset = (list->parts[PART_GROUP_BASE_LOW] | (uint64_t)list->parts[PART_GROUP_BASE_HIGH] << 32) + start;
    *length = end - start;
    return list->has_positions && group < list->group_count && start <= end && end <= list->positions_length;
}

uint32_t posting_block_last(const struct posting_list *list, uint32_t block)
{
    return block_section_last(list, list->parts + PART_BLOCKS, list->block_count, block);
}

/* A blocked list has its maxima where a paged one has those of its pages. */
uint8_t posting_block_max(const struct posting_list *list, uint32_t block) { return list->page_max[block]; }

uint32_t posting_block_runs(const struct posting_list *list, uint32_t block)
{
    if (list->block_count > 1) return load_u32(list->grid + (size_t)block * BLOCK_RUNS_SIZE);
    uint32_t runs = (list->df + POSTING_RUN - 1) / POSTING_RUN; /* of a single block nothing is known but the list's maximum */
    return UINT32_MAX >> (32 - 4 * runs);
}

uint32_t posting_block_count(const struct posting_list *list, uint32_t block) { return block_section_count(list->df, block); }

uint32_t posting_block_seek(const struct posting_list *list, uint32_t from, uint32_t doc)
{
    return block_section_seek(list, list->parts + PART_BLOCKS, list->block_count, from, doc);
}

uint32_t posting_block_size(const struct posting_list *list, uint32_t block)
{
    return block_section_size(list, list->parts + PART_BLOCKS, list->block_count, block);
}

const char *posting_block_docs(const struct posting_list *list, uint32_t block, uint32_t docs[POSTING_BLOCK])
{
    return block_section_docs(list, list->parts + PART_BLOCKS, list->df, block, docs);
}

const char *posting_block_tfs(const struct posting_list *list, uint32_t block, uint32_t tfs[POSTING_BLOCK])
{
    return block_section_tfs(list, list->parts + PART_BLOCKS, list->df, block, tfs);
}
