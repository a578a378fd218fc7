#include "posting_layout.h"

#include "table.h"

enum { BLOCK = 128, WINDOW = 16, PFOR_EXCEPTIONS = 31 };

static const char *const class_names[POSTING_CLASSES] = {"to 128", "below 1/64", "1/64", "1/32", "1/16", "1/8", "1/4", "1/2"};

/* By how many postings, or which share of the articles, a list has. */
static uint32_t class_of(uint32_t df, uint32_t article_count)
{
    if (df <= BLOCK) return 0;
    uint32_t class = 1;
    for (uint64_t share = 64; share > 1 && df * share >= article_count; share /= 2) class++;
    return class;
}

static double bytes_of(double bits) { return (double)(uint64_t)((bits + 7) / 8) * 8; }

/* ---- Blocks of 128 ---- */

static double patched_frame(const uint32_t *values, uint32_t count)
{
    double least = 0;
    for (uint32_t width = 0; width <= 32; width++) {
        uint32_t exceptions = 0, high = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t rest = (uint64_t)values[i] >> width;
            exceptions += rest > 0;
            while (rest >> high) high++;
        }
        double size = 16 + bytes_of((double)count * width) + 8.0 * exceptions + bytes_of((double)exceptions * high);
        if (exceptions <= PFOR_EXCEPTIONS && (least == 0 || size < least)) least = size;
    }
    return least;
}

static double rice_block(const uint32_t *values, uint32_t count)
{
    double least = 0;
    for (uint32_t width = 0; width <= 32; width++) {
        double stream = count;
        for (uint32_t i = 0; i < count; i++) stream += (double)((uint64_t)values[i] >> width);
        double size = 8 + bytes_of((double)count * width) + bytes_of(stream);
        if (least == 0 || size < least) least = size;
    }
    return least;
}

/* Elias and Fano's code of the documents themselves, with the width that their range gives, which needs no header. */
static double elias_fano(uint32_t range, uint32_t count)
{
    uint32_t width = 0;
    while ((uint64_t)count << (width + 1) <= range) width++;
    return bytes_of((double)count * width) + bytes_of((double)count + (range - 1) / (1U << width));
}

/* ---- Pages ---- */

/* Low bytes (of larger pages, low bits) or a bitmap, whichever is smaller. */
static double page_plain(uint32_t size, uint32_t count)
{
    double bitmap = size, low = bytes_of((size > 256 ? 9.0 : 8.0) * count);
    return low < bitmap ? low : bitmap;
}

/* Low half bytes, and a stream of the sixteen cells. */
static double page_split(uint32_t size, uint32_t count)
{
    double split = bytes_of(4.0 * count) + bytes_of(count + size / 16.0 - 1), plain = page_plain(size, count);
    return split < plain ? split : plain;
}

/* Frequencies of a page in half bytes, the rest of those above 14 in a byte aside, and where these begin. */
static double half_bytes(const uint32_t *tfs, uint32_t count)
{
    uint32_t aside = 0;
    for (uint32_t i = 0; i < count; i++) aside += tfs[i] > 14;
    return bytes_of(4.0 * count) + 8.0 * aside + (aside ? 16 : 0);
}

/* Of a window: a bit each for those above 1, half a byte for each of these, a byte for each above 16. */
static double bit_and_half(const uint32_t *tfs, uint32_t count)
{
    uint32_t more = 0, aside = 0;
    for (uint32_t i = 0; i < count; i++) {
        more += tfs[i] > 1;
        aside += tfs[i] > 16;
    }
    return bytes_of(count) + bytes_of(4.0 * more) + 8.0 * aside + 32.0 * (count / 512);
}

/* Of a page: two bits each, a byte for each above 3, and where these begin. */
static double two_bits(const uint32_t *tfs, uint32_t count)
{
    uint32_t aside = 0;
    for (uint32_t i = 0; i < count; i++) aside += tfs[i] > 3;
    return bytes_of(2.0 * count) + 8.0 * aside + (aside ? 16 : 0);
}

/* Bits of a grid with cells of 2^s documents, 4 <= s <= 8, the least that hold so many postings each. */
static double grid(uint32_t df, uint32_t article_count, double postings, double width)
{
    uint32_t shift = 4;
    while (shift < 8 && (double)df * (1U << shift) < postings * .75 * article_count) shift++;
    return width * (double)((article_count >> shift) + 1);
}

static const char *const part_names[POSTING_PARTS] = {
    "documents: patched frames of 128", "documents: Elias-Fano of 128", "documents: Rice blocks of 128",
    "documents: pages of 128", "documents: pages of 256", "documents: pages of 512", "documents: pages of 256, split",
    "frequencies: patched frames", "frequencies: Rice blocks", "frequencies: half bytes", "frequencies: 2 bits and aside",
    "frequencies: a bit, half bytes",
    "bounds: pages of 128", "bounds: pages of 256", "bounds: pages of 512", "bounds: blocks, with directory",
    "grid: 4 bits, half a posting a cell", "grid: 4 bits, one", "grid: 4 bits, two", "grid: 8 bits, two",
    "a byte of impact a posting",
};

enum {
    DOCS_PATCHED, DOCS_ELIAS_FANO, DOCS_RICE, DOCS_128, DOCS_256, DOCS_512, DOCS_SPLIT, TFS_PATCHED, TFS_RICE, TFS_HALF, TFS_TWO,
    TFS_BIT, BOUNDS_128, BOUNDS_256, BOUNDS_512, BOUNDS_BLOCK, GRID_HALF, GRID_ONE, GRID_TWO, GRID_BYTE, IMPACT_BYTE,
};

static void add_blocks(struct posting_layout *layout, uint32_t class, const uint32_t *docs, const uint32_t *tfs, uint32_t df)
{
    uint32_t before = UINT32_MAX;
    for (uint32_t first = 0; first < df; first += BLOCK) {
        uint32_t count = df - first < BLOCK ? df - first : BLOCK, gaps[BLOCK], fewer[BLOCK], start = before;
        for (uint32_t i = 0; i < count; i++) {
            gaps[i] = docs[first + i] - before - 1;
            before = docs[first + i];
            fewer[i] = tfs[first + i] - 1;
        }
        layout->bits[DOCS_PATCHED][class] += patched_frame(gaps, count);
        layout->bits[DOCS_RICE][class] += rice_block(gaps, count);
        layout->bits[DOCS_ELIAS_FANO][class] += elias_fano(before - start, count);
        layout->bits[TFS_PATCHED][class] += patched_frame(fewer, count);
        layout->bits[TFS_RICE][class] += rice_block(fewer, count);
        if (df > BLOCK) layout->bits[BOUNDS_BLOCK][class] += 8 + 32 + 64;
    }
}

/* The end of the postings that are in the same 2^shift documents as posting `first`. */
static uint32_t part_end(const uint32_t *docs, uint32_t df, uint32_t first, uint32_t shift)
{
    uint32_t end = first + 1;
    while (end < df && docs[end] >> shift == docs[first] >> shift) end++;
    return end;
}

static void add_pages(struct posting_layout *layout, uint32_t class, const uint32_t *docs, const uint32_t *tfs, uint32_t df)
{
    for (uint32_t shift = 7; shift <= 9; shift++)
        for (uint32_t first = 0, end; first < df; first = end) {
            end = part_end(docs, df, first, shift);
            layout->bits[DOCS_128 + shift - 7][class] += page_plain(1U << shift, end - first);
            if (shift != 8) continue;
            layout->bits[DOCS_SPLIT][class] += page_split(1U << shift, end - first);
            layout->bits[TFS_HALF][class] += half_bytes(tfs + first, end - first);
            layout->bits[TFS_TWO][class] += two_bits(tfs + first, end - first);
        }
    for (uint32_t first = 0, end; first < df; first = end) {
        end = part_end(docs, df, first, 12);
        layout->bits[TFS_BIT][class] += bit_and_half(tfs + first, end - first);
    }
}

void posting_layout_add(struct posting_layout *layout, const uint32_t *docs, const uint32_t *tfs, uint32_t df,
                        uint32_t article_count)
{
    uint32_t class = class_of(df, article_count);
    layout->postings[class] += df;
    layout->bits[IMPACT_BYTE][class] += 8.0 * df;
    add_blocks(layout, class, docs, tfs, df);
    if (class < 2) return; /* no one would page these */
    add_pages(layout, class, docs, tfs, df);
    for (uint32_t shift = 7; shift <= 9; shift++) { /* a maximum, and of a window of sixteen 6 bytes and a count each */
        double pages = (double)((article_count >> shift) + 1);
        layout->bits[BOUNDS_128 + shift - 7][class] += 8 * pages + (48 + 8 * WINDOW) / (double)WINDOW * pages;
    }
    layout->bits[GRID_HALF][class] += grid(df, article_count, .5, 4);
    layout->bits[GRID_ONE][class] += grid(df, article_count, 1, 4);
    layout->bits[GRID_TWO][class] += grid(df, article_count, 2, 4);
    layout->bits[GRID_BYTE][class] += grid(df, article_count, 2, 8);
}

bool posting_layout_print(const struct posting_layout *layout)
{
    const char *headings[POSTING_CLASSES + 2] = {"bits a posting, by df or share of the articles"};
    struct table table;
    for (int c = 0; c < POSTING_CLASSES; c++) headings[c + 1] = class_names[c];
    headings[POSTING_CLASSES + 1] = "MB";
    table_begin(&table, headings, POSTING_CLASSES + 2);
    table_cell(&table, "postings, millions");
    for (int c = 0; c < POSTING_CLASSES; c++) table_cell(&table, "%.2f", (double)layout->postings[c] / 1e6);
    table_cell(&table, "-");
    for (int part = 0; part < POSTING_PARTS; part++) {
        double all = 0;
        table_cell(&table, "%s", part_names[part]);
        for (int c = 0; c < POSTING_CLASSES; c++) {
            all += layout->bits[part][c];
            if (layout->bits[part][c] > 0) table_cell(&table, "%.2f", layout->bits[part][c] / (double)layout->postings[c]);
            else table_cell(&table, "-");
        }
        table_cell(&table, "%.2f", all / 8e6);
    }
    bool printed = table_print(&table, stdout);
    table_free(&table);
    return printed;
}
