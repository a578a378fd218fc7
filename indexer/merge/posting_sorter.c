#include "posting_sorter.h"

#include "bytes.h"

enum {
    FEW = 32,         /* postings that are sorted by insertion */
    DIGIT_BITS = 11,
    DIGITS = 1 << DIGIT_BITS,
};

static uint64_t *order_of(const struct buffer *buffer)
{
    return (uint64_t *)(void *)buffer->bytes;
}

static void sort_few(uint64_t *order, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t moved = order[i];
        size_t at = i;
        for (; at > 0 && order[at - 1] > moved; at--) order[at] = order[at - 1];
        order[at] = moved;
    }
}

/* By the digits of the document, the lowest first. */
static bool sort_many(struct posting_sorter *sorter, size_t count, uint32_t greatest)
{
    buffer_clear(&sorter->spare);
    if (!buffer_extend(&sorter->spare, count * sizeof(uint64_t))) return false;
    for (uint32_t shift = 32; greatest; shift += DIGIT_BITS, greatest >>= DIGIT_BITS) {
        const uint64_t *from = order_of(&sorter->order);
        uint64_t *to = order_of(&sorter->spare);
        size_t places[DIGITS] = {0}, place = 0;
        for (size_t i = 0; i < count; i++) places[from[i] >> shift & (DIGITS - 1)]++;
        for (size_t digit = 0; digit < DIGITS; digit++) {
            size_t here = places[digit];
            places[digit] = place;
            place += here;
        }
        for (size_t i = 0; i < count; i++) to[places[from[i] >> shift & (DIGITS - 1)]++] = from[i];
        struct buffer sorted = sorter->spare;
        sorter->spare = sorter->order;
        sorter->order = sorted;
    }
    return true;
}

bool posting_sorter_documents(struct posting_sorter *sorter, struct buffer *docs)
{
    size_t count = docs->length / sizeof(uint32_t);
    uint32_t greatest = 0;
    buffer_clear(&sorter->order);
    if (!buffer_extend(&sorter->order, count * sizeof(uint64_t))) return false;
    uint64_t *order = order_of(&sorter->order);
    for (size_t i = 0; i < count; i++) {
        uint32_t doc = load_u32(docs->bytes + 4 * i);
        order[i] = (uint64_t)doc << 32 | i;
        if (doc > greatest) greatest = doc;
    }
    if (count <= FEW) sort_few(order, count);
    else if (!sort_many(sorter, count, greatest)) return false;
    order = order_of(&sorter->order);
    for (size_t i = 0; i < count; i++) store_u32(docs->bytes + 4 * i, (uint32_t)(order[i] >> 32));
    return true;
}

static void keep_moved(struct posting_sorter *sorter, struct buffer *values)
{
    struct buffer moved = sorter->moved;
    sorter->moved = *values;
    *values = moved;
}

bool posting_sorter_postings(struct posting_sorter *sorter, struct buffer *values)
{
    size_t count = values->length / sizeof(uint32_t);
    const uint64_t *order = order_of(&sorter->order);
    buffer_clear(&sorter->moved);
    uint8_t *to = buffer_extend(&sorter->moved, values->length);
    if (!to) return false;
    for (size_t i = 0; i < count; i++) memcpy(to + 4 * i, values->bytes + 4 * (size_t)(uint32_t)order[i], 4);
    keep_moved(sorter, values);
    return true;
}

bool posting_sorter_occurrences(struct posting_sorter *sorter, const struct buffer *tfs, struct buffer *values)
{
    size_t count = tfs->length / sizeof(uint32_t);
    const uint64_t *order = order_of(&sorter->order);
    buffer_clear(&sorter->moved);
    buffer_clear(&sorter->starts);
    uint8_t *to = buffer_extend(&sorter->moved, values->length);
    uint64_t *starts = (uint64_t *)(void *)buffer_extend(&sorter->starts, count * sizeof(uint64_t)), start = 0;
    if (!to || !starts) return false;
    for (size_t i = 0; i < count; i++) {
        starts[i] = start;
        start += load_u32(tfs->bytes + 4 * i);
    }
    for (size_t i = 0; i < count; i++) {
        size_t which = (uint32_t)order[i], size = 4 * (size_t)load_u32(tfs->bytes + 4 * which);
        memcpy(to, values->bytes + 4 * starts[which], size);
        to += size;
    }
    keep_moved(sorter, values);
    return true;
}

void posting_sorter_free(struct posting_sorter *sorter)
{
    buffer_free(&sorter->order);
    buffer_free(&sorter->spare);
    buffer_free(&sorter->moved);
    buffer_free(&sorter->starts);
}
