#include "impact.h"
#include "posting_record.h"
#include "varint.h"

uint32_t posting_grid_shift(uint32_t df, uint32_t doc_count)
{
    /* about one posting a cell: three quarters of one will do */
    uint32_t shift = GRID_SHIFT_LEAST;
    while (shift < GRID_SHIFT_MOST && ((uint64_t)df << shift) * 4 < (uint64_t)doc_count * 3) shift++;
    return shift;
}

uint32_t posting_group_shift(uint32_t df, uint32_t doc_count)
{
    uint32_t pages = posting_pages(doc_count), shift = 0;
    while (shift < GROUP_SHIFT_MOST && df / GROUP_POSTINGS < posting_groups(pages, shift)) shift++;
    return shift;
}

uint32_t posting_group_end(const struct posting_input *input, uint32_t first)
{
    if (!posting_is_paged(input->df, input->doc_count))
        return input->df - first < POSTING_BLOCK ? input->df : first + POSTING_BLOCK;
    uint32_t shift = 8 + posting_group_shift(input->df, input->doc_count), group = input->docs[first] >> shift;
    uint32_t low = first + 1, high = input->df;
    if (high - first > 1U << shift) high = first + (1U << shift);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (input->docs[middle] >> shift == group) low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static float largest(const float *impacts, uint32_t count)
{
    float max = impacts[0];
    for (uint32_t i = 1; i < count; i++)
        if (impacts[i] > max) max = impacts[i];
    return max;
}

/* ---- Positions ---- */

struct position_room posting_room(struct position_room least)
{
    if (least.lengths && least.beyond == 0) return least;
    if (least.lengths && least.beyond <= ROOM_GAP_SIZE) return (struct position_room){true, ROOM_GAP_SIZE};
    struct position_room room = {least.lengths, 1};
    while (room.beyond < least.beyond && room.beyond < 1U << ROOM_POWER_MOST) room.beyond *= 2;
    return room;
}

/* What the list says of its positions. */
struct groups {
    struct buffer starts; /* u64 a group: where it begins among the list's positions; of an empty one, where the next does */
    uint32_t count;
    uint64_t length;
    enum group_form form;
};

/* The caller knows only groups that have postings. */
static void groups_make(const struct posting_input *input, uint32_t group_count, uint32_t shift, struct groups *groups)
{
    uint32_t at = 0, given = 0;
    groups->count = group_count;
    for (uint32_t group = 0; group < group_count; group++) {
        buffer_append_u64(&groups->starts, input->group_offsets[given] - input->group_offsets[0]);
        if (at == input->df || (shift && input->docs[at] >> shift != group)) continue;
        at = posting_group_end(input, at);
        given++;
    }
    groups->length = input->group_offsets[given] - input->group_offsets[0];
    groups->form = groups->length <= UINT16_MAX ? GROUPS_NARROW : groups->length <= UINT32_MAX ? GROUPS_RUNS : GROUPS_WIDE;
    for (uint32_t group = 0; group < group_count && groups->form == GROUPS_RUNS && !groups->starts.failed; group++) {
        const uint8_t *start = groups->starts.bytes + 8 * (size_t)group, *first = start - group % GROUP_RUN * 8;
        if (load_u64(start) - load_u64(first) > UINT16_MAX) groups->form = GROUPS_WIDE;
    }
}

static void append_groups(const struct groups *groups, struct buffer *out)
{
    if (groups->starts.failed) {
        out->failed = true;
        return;
    }
    const uint8_t *starts = groups->starts.bytes;
    for (uint32_t group = GROUP_RUN; group < groups->count && groups->form == GROUPS_RUNS; group += GROUP_RUN)
        buffer_append_u32(out, (uint32_t)load_u64(starts + 8 * (size_t)group));
    for (uint32_t group = 1; group < groups->count; group++) {
        uint64_t start = load_u64(starts + 8 * (size_t)group);
        if (groups->form == GROUPS_RUNS) start -= load_u64(starts + 8 * (size_t)(group - group % GROUP_RUN));
        if (groups->form == GROUPS_WIDE) buffer_append_u64(out, start);
        else buffer_append_u16(out, (uint16_t)start);
    }
}

static uint32_t room_form(struct position_room room)
{
    if (!room.lengths) return ROOM_ALONE;
    return room.beyond == 0 ? ROOM_LENGTH : room.beyond == ROOM_GAP_SIZE ? ROOM_GAP : ROOM_BEYOND;
}

static void append_positions_head(const struct posting_input *input, const struct groups *groups, struct buffer *head)
{
    varint_append(head, input->group_offsets[0]);
    varint_append(head, groups->length);
    if (room_form(input->room) >= ROOM_BEYOND) buffer_append_u8(head, (uint8_t)__builtin_ctz(input->room.beyond));
}

/* ---- Paged ---- */

struct pages {
    struct buffer max, grid, windows, data, exceptions;
};

/* A page's postings [first, first + count): its documents and frequencies; exceptions go to the window's. Returns whether it
 * has any. */
static bool append_page(const struct posting_input *input, uint32_t first, uint32_t count, struct pages *pages)
{
    const uint32_t *docs = input->docs + first, *tfs = input->tfs + first;
    uint32_t largest_tf = 0;
    for (uint32_t i = 0; i < count; i++)
        if (tfs[i] > largest_tf) largest_tf = tfs[i];
    bool aside = largest_tf >= PAGE_TF_ASIDE;
    uint32_t size = posting_page_size(count - 1, aside);
    uint8_t *page = buffer_extend(&pages->data, size);
    if (!page) return aside;
    memset(page, 0, size);
    if (count < PAGE_LOW_BYTES)
        for (uint32_t i = 0; i < count; i++) *page++ = (uint8_t)docs[i];
    else {
        for (uint32_t i = 0; i < count; i++) page[(docs[i] & 255) / 8] |= (uint8_t)(1 << docs[i] % 8);
        page += PAGE_LOW_BYTES;
    }
    for (uint32_t i = 0; i < count; i++)
        page[i / 2] |= (uint8_t)((tfs[i] < PAGE_TF_ASIDE ? tfs[i] : PAGE_TF_ASIDE) << i % 2 * 4);
    if (!aside) return false;
    uint32_t rest = largest_tf - PAGE_TF_ASIDE, form = rest <= UINT8_MAX ? 0 : rest <= UINT16_MAX ? 1 : 2;
    store_u16(page + (count + 1) / 2, (uint16_t)(pages->exceptions.length | form << EXCEPTION_FORM_SHIFT));
    for (uint32_t i = 0; i < count; i++) {
        if (tfs[i] < PAGE_TF_ASIDE) continue;
        if (form == 0) buffer_append_u8(&pages->exceptions, (uint8_t)(tfs[i] - PAGE_TF_ASIDE));
        else if (form == 1)
            buffer_append_u16(&pages->exceptions, (uint16_t)(tfs[i] - PAGE_TF_ASIDE));
        else
            buffer_append_u32(&pages->exceptions, tfs[i] - PAGE_TF_ASIDE);
    }
    return true;
}

/* Raises the cells of one page's postings. */
static void fill_grid(const struct posting_input *input, uint32_t first, uint32_t count, uint32_t shift, float unit,
                      uint8_t *grid)
{
    for (uint32_t i = first, end = first + count; i < end;) {
        uint32_t cell = input->docs[i] >> shift;
        float max = 0;
        for (; i < end && input->docs[i] >> shift == cell; i++)
            if (input->impacts[i] > max) max = input->impacts[i];
        grid[cell / 2] |= (uint8_t)(impact_grid_code(impact_code(max, unit)) << cell % 2 * 4);
    }
}

static void encode_pages(const struct posting_input *input, uint32_t grid_shift, float unit, struct pages *pages)
{
    uint32_t page_count = posting_pages(input->doc_count), window_count = posting_windows(page_count), at = 0;
    buffer_append_zeros(&pages->max, posting_page_max_size(page_count));
    buffer_append_zeros(&pages->grid, posting_grid_size(page_count, grid_shift));
    buffer_append_zeros(&pages->windows, (size_t)window_count * WINDOW_ENTRY);
    if (pages->max.failed || pages->grid.failed || pages->windows.failed) return;
    for (uint32_t window = 0; window < window_count; window++) {
        uint8_t *entry = pages->windows.bytes + (size_t)window * WINDOW_ENTRY;
        uint32_t exceptions = 0;
        if (pages->data.length > UINT32_MAX) pages->data.failed = true;
        store_u32(entry + WINDOW_OFFSET, (uint32_t)pages->data.length);
        buffer_clear(&pages->exceptions);
        for (uint32_t i = 0; i < WINDOW_PAGES; i++) {
            uint32_t page = window * WINDOW_PAGES + i, first = at;
            while (at < input->df && input->docs[at] / POSTING_PAGE == page) at++;
            if (at == first) continue;
            entry[WINDOW_COUNTS + i] = (uint8_t)(at - first - 1);
            pages->max.bytes[page] = impact_code(largest(input->impacts + first, at - first), unit);
            if (append_page(input, first, at - first, pages)) exceptions |= 1U << i;
            fill_grid(input, first, at - first, grid_shift, unit, pages->grid.bytes);
        }
        store_u16(entry + WINDOW_EXCEPTIONS, (uint16_t)exceptions);
        buffer_append(&pages->data, pages->exceptions.bytes, pages->exceptions.length);
        if (pages->exceptions.failed) pages->data.failed = true;
        if (pages->data.failed) return;
    }
}

static void append_pages(const struct pages *pages, struct buffer *directories, struct buffer *data)
{
    const struct buffer *parts[] = {&pages->max, &pages->grid, &pages->windows};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buffer_append(directories, parts[i]->bytes, parts[i]->length);
        if (parts[i]->failed) directories->failed = true;
    }
    buffer_append(data, pages->data.bytes, pages->data.length);
    if (pages->data.failed) data->failed = true;
}

static void free_pages(struct pages *pages)
{
    buffer_free(&pages->max);
    buffer_free(&pages->grid);
    buffer_free(&pages->windows);
    buffer_free(&pages->data);
    buffer_free(&pages->exceptions);
}

/* ---- The record ---- */

static void append_section_head(const struct block_section *section, struct buffer *head)
{
    varint_append(head, section->last);
    varint_append(head, section->docs.length);
    varint_append(head, section->tfs.length);
    if (section->docs.length > UINT32_MAX || section->tfs.length > UINT32_MAX) head->failed = true;
}

/* The maximum of each block, then those of its runs. */
static void append_block_bounds(const struct posting_input *input, float unit, struct buffer *directories)
{
    struct buffer runs = {0};
    if (!posting_bounded_blocks(posting_blocks(input->df))) return;
    for (uint32_t first = 0, block = 0; first < input->df; first += POSTING_BLOCK, block++) {
        uint32_t count = block_section_count(input->df, block), codes = 0;
        buffer_append_u8(directories, impact_code(largest(input->impacts + first, count), unit));
        for (uint32_t at = 0; at < count; at += POSTING_RUN) {
            float run_max = largest(input->impacts + first + at, count - at < POSTING_RUN ? count - at : POSTING_RUN);
            codes |= (uint32_t)impact_grid_code(impact_code(run_max, unit)) << at / POSTING_RUN * 4;
        }
        buffer_append_u32(&runs, codes);
    }
    buffer_append(directories, runs.bytes, runs.length);
    if (runs.failed) directories->failed = true;
    buffer_free(&runs);
}

static void append_section(const struct block_section *section, struct buffer *directories, struct buffer *data)
{
    buffer_append(directories, section->directory.bytes, section->directory.length);
    if (section->directory.failed) directories->failed = true;
    buffer_append(data, section->docs.bytes, section->docs.length);
    buffer_append(data, section->tfs.bytes, section->tfs.length);
    if (section->docs.failed || section->tfs.failed) data->failed = true;
}

void posting_list_encode(const struct posting_input *input, struct buffer *out)
{
    /* What is put together is kept where the record is. */
    struct buffer head = {0}, directories = buffer_in_scratch(out->scratch), data = buffer_in_scratch(out->scratch);
    struct block_section blocks = {0}, title = {0};
    struct pages pages = {.data = buffer_in_scratch(out->scratch)};
    bool paged = posting_is_paged(input->df, input->doc_count), positions = input->group_offsets != NULL;
    uint32_t group_shift = paged ? posting_group_shift(input->df, input->doc_count) : 0;
    uint32_t grid_shift = paged ? posting_grid_shift(input->df, input->doc_count) : 0;
    uint32_t group_count = paged ? posting_groups(posting_pages(input->doc_count), group_shift) : posting_blocks(input->df);
    struct groups groups = {0};
    if (positions) groups_make(input, group_count, paged ? 8 + group_shift : 0, &groups);
    uint64_t cf = 0;
    for (uint32_t i = 0; i < input->df; i++) cf += input->tfs[i];
    float max = largest(input->impacts, input->df), unit = impact_unit(max), kth[POSTING_KTH];
    impact_select(input->impacts, input->df, posting_kth_k, POSTING_KTH, kth);

    buffer_append_u8(&head, POSTING_VERSION);
    buffer_append_u8(&head, (uint8_t)((paged ? POSTING_IS_PAGED : 0) | (positions ? POSTING_HAS_POSITIONS : 0) |
                                      (groups.form == GROUPS_WIDE ? POSTING_WIDE_GROUPS : 0) |
                                      (input->title_df ? POSTING_HAS_TITLE : 0) | (input->forms_length ? POSTING_HAS_FORMS : 0) |
                                      (positions ? room_form(input->room) << ROOM_SHIFT : 0) |
                                      (positions && input->numbered ? POSTING_NUMBERED : 0)));
    varint_append(&head, input->df);
    varint_append(&head, cf - input->df);
    buffer_append(&head, &max, sizeof max);
    for (uint32_t i = 0; i < POSTING_KTH && posting_kth_k[i] <= input->df; i++) buffer_append(&head, &kth[i], sizeof kth[i]);
    if (positions) append_positions_head(input, &groups, &head);
    if (paged) {
        encode_pages(input, grid_shift, unit, &pages);
        buffer_append_u8(&head, (uint8_t)(grid_shift | group_shift << 4));
        varint_append(&head, pages.data.length);
        if (pages.data.length > UINT32_MAX) head.failed = true;
        append_pages(&pages, &directories, &data);
    } else {
        block_section_encode(input->docs, input->tfs, input->df, &blocks);
        append_section_head(&blocks, &head);
        append_block_bounds(input, unit, &directories);
        append_section(&blocks, &directories, &data);
    }
    if (positions) append_groups(&groups, &directories);
    if (input->title_df) {
        block_section_encode(input->title_docs, input->title_tfs, input->title_df, &title);
        varint_append(&head, input->title_df);
        append_section_head(&title, &head);
        append_section(&title, &directories, &data);
    }
    if (input->forms_length) {
        varint_append(&head, input->forms_length);
        buffer_append(&data, input->forms, input->forms_length);
    }

    const struct buffer *parts[] = {&head, &directories, &data};
    size_t start = out->length;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buffer_append(out, parts[i]->bytes, parts[i]->length);
        if (parts[i]->failed) out->failed = true;
    }
    if (out->length - start > UINT32_MAX) out->failed = true; /* offsets in the record are of 32 bits */
    buffer_free(&head);
    buffer_free(&directories);
    buffer_free(&data);
    buffer_free(&groups.starts);
    block_section_free(&blocks);
    block_section_free(&title);
    free_pages(&pages);
}
