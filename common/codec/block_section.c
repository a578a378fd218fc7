/* Blocks of 128 postings: what a blocked list is made of, and the title part of both shapes. */
#include "posting_record.h"
#include "rice_block.h"

static uint32_t minimum(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* What the directory says, but never more than the header, which was checked against the number of documents. */
uint32_t block_section_last(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t block)
{
    if (block + 1 >= block_count) return section[SECTION_LAST];
    return minimum(load_u32(list->bytes + section[SECTION_DIRECTORY] + 4 * (size_t)block), section[SECTION_LAST]);
}

uint32_t block_section_seek(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t from,
                            uint32_t doc)
{
    if (from == 0 && block_count <= 64) { /* counting is faster than searching */
        const uint8_t *lasts = list->bytes + section[SECTION_DIRECTORY];
        uint32_t before = 0;
        if (doc > section[SECTION_LAST]) return block_count;
        for (uint32_t i = 0; i + 1 < block_count; i++) before += load_u32(lasts + 4 * (size_t)i) < doc;
        return before;
    }
    /* Most searches end close to where they begin: double the step until it is past, then halve. */
    if (from >= block_count || doc > section[SECTION_LAST]) return block_count;
    uint32_t low = from, step = 1;
    while (step < block_count - low && block_section_last(list, section, block_count, low + step - 1) < doc) {
        low += step;
        step *= 2;
    }
    uint32_t high = step < block_count - low ? low + step - 1 : block_count - 1; /* its last is >= doc */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (block_section_last(list, section, block_count, middle) < doc) low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Bytes [*start, *end) of a part hold the block. */
static const char *block_range(const uint8_t *ends, uint32_t block_count, uint32_t part_length, uint32_t block, uint32_t *start,
                               uint32_t *end)
{
    uint32_t size = section_end_size(block_count);
    *start = 0;
    *end = part_length;
    if (block) *start = size == 2 ? load_u16(ends + 2 * ((size_t)block - 1)) : load_u32(ends + 4 * ((size_t)block - 1));
    if (block + 1 < block_count) *end = size == 2 ? load_u16(ends + 2 * (size_t)block) : load_u32(ends + 4 * (size_t)block);
    if (*end > part_length || *start > *end) return "a block lies outside its list";
    return NULL;
}

uint32_t block_section_size(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t block)
{
    uint32_t end_size = section_end_size(block_count), docs_start, docs_end, tfs_start, tfs_end;
    const uint8_t *docs_ends = list->bytes + section[SECTION_DIRECTORY] + (size_t)(block_count - 1) * 4;
    const uint8_t *tfs_ends = docs_ends + (size_t)(block_count - 1) * end_size;
    if (block_range(docs_ends, block_count, section[SECTION_DOCS_LENGTH], block, &docs_start, &docs_end)) return 0;
    if (!section[SECTION_TFS_LENGTH]) return docs_end - docs_start;
    if (block_range(tfs_ends, block_count, section[SECTION_TFS_LENGTH], block, &tfs_start, &tfs_end)) return 0;
    return docs_end - docs_start + tfs_end - tfs_start;
}

const char *block_section_docs(const struct posting_list *list, const uint32_t *section, uint32_t df, uint32_t block,
                               uint32_t docs[POSTING_BLOCK])
{
    uint32_t block_count = posting_blocks(df), count = block_section_count(df, block), start, end;
    uint32_t before = block ? block_section_last(list, section, block_count, block - 1) : UINT32_MAX;
    uint32_t last = block_section_last(list, section, block_count, block);
    if (block && before >= last) return "blocks are not in order of their documents";
    const uint8_t *ends = list->bytes + section[SECTION_DIRECTORY] + (size_t)(block_count - 1) * 4;
    const char *rule = block_range(ends, block_count, section[SECTION_DOCS_LENGTH], block, &start, &end);
    const uint8_t *bytes = list->bytes + section[SECTION_DOCS] + start;
    if (!rule && end > start && rice_block_bits(bytes) > 24) { /* 128 gaps could pass 2^32 and come round to the right last one */
        uint64_t sum = block ? (uint64_t)before + 1 : 0;
        rule = rice_block_decode(bytes, end - start, count, 0, docs);
        for (uint32_t i = 0; !rule && i < count; i++) sum += (uint64_t)docs[i] + 1;
        if (!rule && sum != (uint64_t)last + 1) return "a block's documents don't end where its directory says";
    }
    if (!rule) rule = rice_block_decode_sums(bytes, end - start, count, before, docs);
    if (rule) return rule;
    if (docs[count - 1] != last) return "a block's documents don't end where its directory says";
    return NULL;
}

const char *block_section_tfs(const struct posting_list *list, const uint32_t *section, uint32_t df, uint32_t block,
                              uint32_t tfs[POSTING_BLOCK])
{
    uint32_t block_count = posting_blocks(df), count = block_section_count(df, block), start, end;
    uint32_t end_size = section_end_size(block_count);
    if (!section[SECTION_TFS_LENGTH]) { /* all of them are 1 */
        for (uint32_t i = 0; i < count; i++) tfs[i] = 1;
        return NULL;
    }
    const uint8_t *ends = list->bytes + section[SECTION_DIRECTORY] + (size_t)(block_count - 1) * (4 + end_size);
    const char *rule = block_range(ends, block_count, section[SECTION_TFS_LENGTH], block, &start, &end);
    if (!rule) rule = rice_block_decode(list->bytes + section[SECTION_TFS] + start, end - start, count, 1, tfs);
    return rule;
}
