/* The reference: what every other level must equal. */
#include "position_page_plain.h"

static bool open(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    return position_page_open_plain(bytes, count, page);
}

static int find(const struct position_page *page, uint32_t low) { return position_page_find_plain(page, low); }

static uint32_t aside(const struct position_page *page, uint32_t index) { return position_page_aside_plain(page, index); }

static void widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs, struct position_page *page)
{
    (void)docs; /* all of the page are known to be there */
    position_page_rooms_plain(scale, length_bytes, page);
    for (uint32_t i = 0; i < page->count; i++) page->widths[i] = (uint8_t)position_width(page->rooms[i], page->tfs[i]);
}

static struct position_taken before(const struct position_page *page, uint32_t index)
{
    struct position_taken taken = {0, 0};
    for (uint32_t i = 0; i < index; i++) {
        taken.low += (uint32_t)page->tfs[i] * page->widths[i];
        taken.high += page->tfs[i] > 1 ? page->tfs[i] : 0;
    }
    return taken;
}

const struct position_page_kernel position_page_scalar = {open, find, widen, before, aside};
