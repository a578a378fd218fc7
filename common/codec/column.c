/*
 * version (1 byte), flags (1 byte), count (u32), unit (u64), then for each block of 128 values its least value (i64), where
 * its bits begin (u32, in steps of 16 bytes after the directory) and their width (1 byte), then the bits, then eight zero
 * bytes so that the last value can be loaded like the others. A value is the least of its block + what is packed * unit.
 * Where a value of the column is INT64_MIN, which stands for "none", a flag is set; then 0 packed is INT64_MIN, and other
 * values are packed one higher.
 */
#include "column.h"

#include "bytes.h"

enum {
    COLUMN_VERSION = 1,
    COLUMN_HAS_NONE = 1,
    COLUMN_BLOCK = 128,
    FLAGS_AT = 1,
    COUNT_AT = 2,
    UNIT_AT = 6,
    ENTRY_OFFSET = 8,
    ENTRY_WIDTH = 12,
    ENTRY = 13,
    STEP = 16,
    PADDING = 8,
    WIDTH_LOADED = 57, /* the widest that one load of 64 bits holds at any bit; the next wider is 64 */
};

static uint32_t blocks_of(uint32_t count) { return count / COLUMN_BLOCK + (count % COLUMN_BLOCK != 0); }

static uint32_t width_of(uint64_t largest)
{
    uint32_t width = largest ? 64U - (uint32_t)__builtin_clzll(largest) : 0;
    return width > WIDTH_LOADED ? 64 : width;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest number that divides all differences; 1 if there are none. */
static uint64_t find_unit(const int64_t *values, uint32_t count)
{
    uint64_t unit = 0;
    const int64_t *first = NULL;
    for (uint32_t i = 0; i < count && unit != 1; i++) {
        if (values[i] == INT64_MIN) continue;
        if (!first) first = &values[i];
        uint64_t up = (uint64_t)values[i] - (uint64_t)*first, difference = values[i] > *first ? up : 0 - up;
        if (difference) unit = common_divisor(difference, unit);
    }
    return unit ? unit : 1;
}

static void pack(uint8_t *bytes, uint32_t width, uint32_t i, uint64_t value)
{
    size_t bit = (size_t)i * width;
    store_u64(bytes + bit / 8, load_u64(bytes + bit / 8) | value << bit % 8);
}

static uint64_t unpack(const uint8_t *bytes, uint32_t width, uint32_t i)
{
    size_t bit = (size_t)i * width;
    uint64_t value = load_u64(bytes + bit / 8) >> bit % 8;
    return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

void column_encode(const int64_t *values, uint32_t count, struct buffer *out)
{
    size_t start = out->length, directory = start + COLUMN_HEAD, bits = directory + (size_t)blocks_of(count) * ENTRY;
    uint64_t unit = find_unit(values, count);
    bool has_none = false;
    for (uint32_t i = 0; i < count; i++) has_none |= values[i] == INT64_MIN;
    uint8_t *header = buffer_extend(out, bits - start);
    if (!header) return;
    header[0] = COLUMN_VERSION;
    header[FLAGS_AT] = has_none ? COLUMN_HAS_NONE : 0;
    store_u32(header + COUNT_AT, count);
    store_u64(header + UNIT_AT, unit);
    for (uint32_t block = 0; block < blocks_of(count); block++) {
        const int64_t *in = values + (size_t)block * COLUMN_BLOCK;
        uint32_t length = count - block * COLUMN_BLOCK < COLUMN_BLOCK ? count - block * COLUMN_BLOCK : COLUMN_BLOCK;
        int64_t least = INT64_MAX, greatest = INT64_MIN;
        for (uint32_t i = 0; i < length; i++) {
            if (in[i] == INT64_MIN) continue;
            if (in[i] < least) least = in[i];
            if (in[i] > greatest) greatest = in[i];
        }
        if (greatest == INT64_MIN) least = greatest; /* nothing but INT64_MIN, if anything */
        uint64_t range = ((uint64_t)greatest - (uint64_t)least) / unit;
        uint32_t width = width_of(greatest == INT64_MIN ? 0 : range + has_none);
        size_t size = ((size_t)length * width + 7) / 8;
        uint8_t *entry = out->bytes + directory + (size_t)block * ENTRY;
        store_u64(entry, (uint64_t)least);
        store_u32(entry + ENTRY_OFFSET, (uint32_t)((out->length - bits) / STEP));
        entry[ENTRY_WIDTH] = (uint8_t)width;
        buffer_append_zeros(out, size);
        buffer_append_zeros(out, PADDING); /* room for pack's wide stores; taken back below */
        if (out->failed) return;
        uint8_t *place = out->bytes + out->length - PADDING - size;
        for (uint32_t i = 0; i < length && width; i++)
            if (in[i] != INT64_MIN) pack(place, width, i, ((uint64_t)in[i] - (uint64_t)least) / unit + has_none);
        out->length -= PADDING;
    }
    buffer_append_zeros(out, PADDING);
}

const char *column_begin(const uint8_t *bytes, size_t length, struct column *column)
{
    if (length < COLUMN_HEAD + PADDING) return "a column is shorter than its header";
    if (bytes[0] != COLUMN_VERSION) return "a column's version is unknown";
    if (bytes[FLAGS_AT] & ~COLUMN_HAS_NONE) return "a column has an unknown flag";
    uint32_t count = load_u32(bytes + COUNT_AT);
    if ((size_t)blocks_of(count) * ENTRY > length - COLUMN_HEAD - PADDING) return "a column is shorter than its directory";
    *column = (struct column){bytes, length, count};
    return NULL;
}

void column_entry(uint32_t i, size_t *at, size_t *length)
{
    *at = COLUMN_HEAD + (size_t)(i / COLUMN_BLOCK) * ENTRY;
    *length = ENTRY;
}

/* Where the bits of a block are, and how many bytes. */
static const char *block_place(const struct column *column, uint32_t block, size_t *at, size_t *length)
{
    const uint8_t *entry = column->bytes + COLUMN_HEAD + (size_t)block * ENTRY;
    size_t first = COLUMN_HEAD + (size_t)blocks_of(column->count) * ENTRY, room = column->length - first - PADDING;
    uint32_t left = column->count - block * COLUMN_BLOCK, in_block = left < COLUMN_BLOCK ? left : COLUMN_BLOCK;
    uint32_t width = entry[ENTRY_WIDTH];
    if (width > WIDTH_LOADED && width != 64) return "a column has a block of unknown width";
    uint64_t offset = (uint64_t)load_u32(entry + ENTRY_OFFSET) * STEP, size = ((uint64_t)in_block * width + 7) / 8;
    if (offset > room || size > room - offset) return "a column's block lies outside it";
    *at = first + (size_t)offset;
    *length = (size_t)size;
    return NULL;
}

const char *column_bits(const struct column *column, uint32_t i, size_t *at, size_t *length)
{
    const char *rule = block_place(column, i / COLUMN_BLOCK, at, length);
    if (rule) return rule;
    size_t width = column->bytes[COLUMN_HEAD + (size_t)(i / COLUMN_BLOCK) * ENTRY + ENTRY_WIDTH];
    size_t first = i % COLUMN_BLOCK * width / 8, end = (i % COLUMN_BLOCK * width + width + 7) / 8;
    *at += first;
    *length = end - first;
    return NULL;
}

const char *column_open(const uint8_t *bytes, size_t length, struct column *column)
{
    struct column opened;
    size_t at, size;
    const char *rule = column_begin(bytes, length, &opened);
    for (uint32_t block = 0; !rule && block < blocks_of(opened.count); block++) rule = block_place(&opened, block, &at, &size);
    if (!rule) *column = opened;
    return rule;
}

/* One block of a column. */
struct block {
    const uint8_t *bits;
    uint64_t least, unit;
    uint32_t width;
    bool has_none;
};

static struct block block_at(const struct column *column, uint32_t block)
{
    const uint8_t *entry = column->bytes + COLUMN_HEAD + (size_t)block * ENTRY;
    const uint8_t *first = column->bytes + COLUMN_HEAD + (size_t)blocks_of(column->count) * ENTRY;
    const uint8_t *bits = first + (size_t)load_u32(entry + ENTRY_OFFSET) * STEP;
    return (struct block){bits, load_u64(entry), load_u64(column->bytes + UNIT_AT), entry[ENTRY_WIDTH],
                          column->bytes[FLAGS_AT] & COLUMN_HAS_NONE};
}

static int64_t block_get(const struct block *block, uint32_t i)
{
    uint64_t packed = unpack(block->bits, block->width, i);
    if (block->has_none && packed == 0) return INT64_MIN;
    return (int64_t)(block->least + (packed - block->has_none) * block->unit);
}

int64_t column_get(const struct column *column, uint32_t i)
{
    struct block block = block_at(column, i / COLUMN_BLOCK);
    return block_get(&block, i % COLUMN_BLOCK);
}

void column_read(const struct column *column, uint32_t first, uint32_t count, int64_t *values)
{
    for (uint32_t done = 0; done < count;) {
        uint32_t at = (first + done) % COLUMN_BLOCK, here = COLUMN_BLOCK - at;
        struct block block = block_at(column, (first + done) / COLUMN_BLOCK);
        if (here > count - done) here = count - done;
        for (uint32_t i = 0; i < here; i++) values[done + i] = block_get(&block, at + i);
        done += here;
    }
}
