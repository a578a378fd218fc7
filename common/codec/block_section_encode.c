#include "posting_record.h"
#include "rice_block.h"

static void store_end(uint8_t *ends, uint32_t size, uint32_t block, size_t end)
{
    if (size == 2) store_u16(ends + 2 * (size_t)block, (uint16_t)end);
    else
        store_u32(ends + 4 * (size_t)block, (uint32_t)end);
}

/* Whether any of the frequencies is above one: none are kept where all are one. */
static bool any_more(const uint32_t *tfs, uint32_t df)
{
    for (uint32_t i = 0; i < df; i++)
        if (tfs[i] > 1) return true;
    return false;
}

void block_section_encode(const uint32_t *docs, const uint32_t *tfs, uint32_t df, struct block_section *section)
{
    uint32_t block_count = posting_blocks(df), end_size = section_end_size(block_count), before = UINT32_MAX;
    bool more = any_more(tfs, df);
    section->last = df ? docs[df - 1] : 0;
    buffer_append_zeros(&section->directory, section_directory_size(block_count));
    for (uint32_t block = 0; block < block_count; block++) {
        uint32_t first = block * POSTING_BLOCK, count = block_section_count(df, block), gaps[POSTING_BLOCK], fewer[POSTING_BLOCK];
        for (uint32_t i = 0; i < count; i++) {
            gaps[i] = docs[first + i] - before - 1;
            before = docs[first + i];
            fewer[i] = tfs[first + i] - 1;
        }
        rice_block_encode(gaps, count, &section->docs);
        if (more) rice_block_encode(fewer, count, &section->tfs);
        if (section->directory.failed || section->docs.failed || section->tfs.failed || block + 1 == block_count) continue;
        uint8_t *lasts = section->directory.bytes, *docs_ends = lasts + (size_t)(block_count - 1) * 4;
        store_u32(lasts + 4 * (size_t)block, before);
        store_end(docs_ends, end_size, block, section->docs.length);
        store_end(docs_ends + (size_t)(block_count - 1) * end_size, end_size, block, section->tfs.length);
    }
}

void block_section_free(struct block_section *section)
{
    buffer_free(&section->directory);
    buffer_free(&section->docs);
    buffer_free(&section->tfs);
}
