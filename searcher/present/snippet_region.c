#include "snippet_region.h"

#include "code_point.h"
#include "sentence.h"
#include "utf8.h"
#include "white_space.h"

/* Fills text and origins. */
static void show_text(struct region *region)
{
    const char *body = region->body.bytes;
    size_t most = region->raw_end - region->raw_start, length = 0, next;
    uint8_t *text = buffer_extend(&region->text, most);
    uint32_t *origins = (uint32_t *)(void *)buffer_extend(&region->origins, (most + 1) * sizeof *origins);
    if (!text || !origins) return;
    bool space = true; /* none at the start */
    for (size_t at = region->raw_start; at < region->raw_end; at = next) {
        if ((uint8_t)body[at] > 0x20 && (uint8_t)body[at] < 0x7F) { /* most of all text */
            origins[length] = (uint32_t)(at - region->raw_start);
            text[length++] = (uint8_t)body[at];
            space = false;
            next = at + 1;
            continue;
        }
        uint32_t here = utf8_decode(body, region->raw_end, at, &next);
        bool white = white_space_is(here);
        bool nothing =
            here == 0xFEFF || (!white && code_point_is_hostile(here)); /* a byte order mark, or what must not be shown */
        if (nothing || (white && space)) continue;
        space = white;
        if (white) {
            origins[length] = (uint32_t)(at - region->raw_start);
            text[length++] = ' ';
            continue;
        }
        for (size_t i = at; i < next; i++) {
            origins[length] = (uint32_t)(i - region->raw_start);
            text[length++] = (uint8_t)body[i];
        }
    }
    origins[length] = (uint32_t)most;
    region->text.length = length;
    region->origins.length = (length + 1) * sizeof *origins;
}

static void cut_cells(struct region *region)
{
    const char *text = (const char *)region->text.bytes;
    size_t length = region->text.length, next;
    uint32_t columns = 0, width = 0, before = 0;
    size_t count = 0;
    bool space_before = true;
    struct region_cell *cells = (struct region_cell *)(void *)buffer_reserve(&region->cells, (length + 1) * sizeof *cells);
    if (!cells) return;
    for (size_t at = 0; at <= length; at = next) {
        if (at + 1 < length && ((uint8_t)text[at] | (uint8_t)text[at + 1]) < 0x80) { /* as most are */
            bool blank = text[at] == ' ';
            uint32_t flags = blank ? CELL_SPACE | CELL_BREAK : space_before ? CELL_BREAK : 0;
            cells[count++] = (struct region_cell){(uint32_t)at, columns++, flags};
            before = 1;
            space_before = blank;
            next = at + 1;
            continue;
        }
        bool last = at == length, space = !last && text[at] == ' ';
        struct region_cell cell = {.start = (uint32_t)at, .columns = columns};
        bool plain = !last && (uint8_t)text[at] < 0x80 && (at + 1 == length || (uint8_t)text[at + 1] < 0x80);
        next = last ? at + 1 : plain ? at + 1 : utf8_grapheme_end(text, length, at);
        width = last ? 0 : plain ? 1 : (uint32_t)utf8_columns(text + at, next - at);
        if (space) cell.flags |= CELL_SPACE;
        if (space || space_before || last || (before == 2 && width == 2)) cell.flags |= CELL_BREAK;
        cells[count++] = cell;
        columns += width;
        before = width;
        space_before = space;
    }
    region->cells.length = count * sizeof *cells;
    region->cell_count = count - 1; /* the last is the end */
}

/* Where the sentences of the region begin: counted from the last blank line before the region's middle, or from its start where
 * the body itself starts there; what is before is not known to be a beginning. */
static void find_sentences(struct region *region)
{
    const char *body = region->body.bytes;
    struct region_cell *cells = (struct region_cell *)(void *)region->cells.bytes;
    size_t at = region->raw_start, cell = 0;
    bool known = at == 0 || (at >= 2 && body[at - 1] == '\n' && body[at - 2] == '\n');
    while (at <= region->raw_end) {
        size_t shown = region_shown_at(region, at);
        while (cell < region->cell_count && cells[cell].start < shown) cell++;
        if (known) cells[cell].flags |= CELL_SENTENCE;
        if (at == region->raw_end) break;
        at = sentence_end(body, region->raw_end, at);
        known = at < region->raw_end || at == region->body.length;
    }
}

void region_show(struct region *region, bf_text body, size_t raw_start, size_t raw_end)
{
    region->body = body;
    region->raw_start = raw_start;
    region->raw_end = raw_end;
    region->cell_count = 0;
    buffer_clear(&region->text);
    buffer_clear(&region->origins);
    buffer_clear(&region->cells);
    show_text(region);
    if (region_failed(region)) return;
    cut_cells(region);
    if (!region_failed(region)) find_sentences(region);
}

bool region_failed(const struct region *region)
{
    return region->text.failed || region->origins.failed || region->cells.failed;
}

void region_free(struct region *region)
{
    buffer_free(&region->text);
    buffer_free(&region->origins);
    buffer_free(&region->cells);
}

size_t region_shown_at(const struct region *region, size_t raw)
{
    const uint32_t *origins = (const uint32_t *)(const void *)region->origins.bytes;
    size_t low = 0, high = region->text.length, offset = raw > region->raw_start ? raw - region->raw_start : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (origins[middle] < offset) low = middle + 1;
        else high = middle;
    }
    return low;
}

size_t region_cell_at(const struct region *region, size_t shown)
{
    size_t low = 0, high = region->cell_count;
    while (low < high) { /* the last cell that begins at or before it */
        size_t middle = low + (high - low + 1) / 2;
        if (region_cell(region, middle)->start <= shown) low = middle;
        else high = middle - 1;
    }
    return low;
}

size_t region_raw_of_cell(const struct region *region, size_t cell)
{
    const uint32_t *origins = (const uint32_t *)(const void *)region->origins.bytes;
    return region->raw_start + origins[region_cell(region, cell)->start];
}
