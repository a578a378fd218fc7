/* Pages of 256 documents: nothing is decoded that is not asked for. */
#include "posting_record.h"

static const uint8_t *window_of(const struct posting_list *list, uint32_t page)
{
    return list->bytes + list->parts[PART_WINDOWS] + (size_t)(page / WINDOW_PAGES) * WINDOW_ENTRY;
}

static bool has_exceptions(const uint8_t *window, uint32_t page)
{
    return load_u16(window + WINDOW_EXCEPTIONS) >> page % WINDOW_PAGES & 1;
}

/* Bytes of the first `pages` pages of the window that `page` is in. */
static uint32_t window_size(const struct posting_list *list, const uint8_t *window, uint32_t page, uint32_t pages)
{
    const uint8_t *max = list->page_max + (page - page % WINDOW_PAGES);
    uint32_t exceptions = load_u16(window + WINDOW_EXCEPTIONS), size = 0;
    for (uint32_t i = 0; i < pages; i++)
        if (max[i]) size += posting_page_size(window[WINDOW_COUNTS + i], exceptions >> i & 1);
    return size;
}

/* Where the page begins among the pages' bytes. */
static uint64_t page_start(const struct posting_list *list, const uint8_t *window, uint32_t page)
{
    return (uint64_t)load_u32(window + WINDOW_OFFSET) + window_size(list, window, page, page % WINDOW_PAGES);
}

/* Where the window of the page ends among them. */
static uint32_t window_end(const struct posting_list *list, const uint8_t *window, uint32_t page)
{
    bool last = page / WINDOW_PAGES + 1 >= posting_windows(list->block_count);
    return last ? list->parts[PART_PAGES_LENGTH] : load_u32(window + WINDOW_ENTRY + WINDOW_OFFSET);
}

/* The page's bytes, or NULL when the directory points out of the record. The page has postings. */
static const uint8_t *page_at(const struct posting_list *list, uint32_t page)
{
    const uint8_t *window = window_of(list, page);
    uint64_t start = page_start(list, window, page);
    uint32_t size = posting_page_size(window[WINDOW_COUNTS + page % WINDOW_PAGES], has_exceptions(window, page));
    if (start + size > list->parts[PART_PAGES_LENGTH]) return NULL;
    return list->bytes + list->parts[PART_PAGES] + start;
}

uint32_t posting_page_count(const struct posting_list *list, uint32_t page)
{
    return list->page_max[page] ? window_of(list, page)[WINDOW_COUNTS + page % WINDOW_PAGES] + 1U : 0;
}

uint32_t posting_page_first(const struct posting_list *list, uint32_t page)
{
    const uint8_t *window = window_of(list, page), *max = list->page_max + (page & ~(uint32_t)(WINDOW_PAGES - 1));
    uint32_t first = load_u32(window + WINDOW_FIRST);
    if (first > list->df) first = list->df;
    for (uint32_t i = 0; i < page % WINDOW_PAGES; i++)
        if (max[i]) first += window[WINDOW_COUNTS + i] + 1U;
    return first < list->df ? first : list->df;
}

void posting_page_range(const struct posting_list *list, uint32_t page, uint32_t *offset, uint32_t *length)
{
    const uint8_t *window = window_of(list, page);
    uint32_t pages = list->parts[PART_PAGES], pages_length = list->parts[PART_PAGES_LENGTH];
    uint64_t start = page_start(list, window, page), end = start;
    if (list->page_max[page]) end += posting_page_size(window[WINDOW_COUNTS + page % WINDOW_PAGES], has_exceptions(window, page));
    if (has_exceptions(window, page)) end = window_end(list, window, page); /* where they stand */
    if (start > pages_length) start = pages_length;
    if (end > pages_length) end = pages_length;
    if (end < start) end = start;
    *offset = pages + (uint32_t)start;
    *length = (uint32_t)(end - start);
}

const char *posting_page_docs(const struct posting_list *list, uint32_t page, uint32_t docs[POSTING_PAGE])
{
    uint32_t count = posting_page_count(list, page), base = page * POSTING_PAGE, found = 0;
    if (!count) return NULL;
    const uint8_t *bytes = page_at(list, page);
    if (!bytes) return "a page lies outside its list";
    if (count < PAGE_LOW_BYTES) {
        bool ascending = true;
        for (uint32_t i = 0; i < count; i++) docs[i] = base + bytes[i];
        for (uint32_t i = 1; i < count; i++) ascending &= bytes[i - 1] < bytes[i];
        if (!ascending) return "a page's documents are not ascending";
    } else {
        for (uint32_t word = 0; word < 4; word++) {
            uint64_t bits = load_u64(bytes + 8 * word);
            if (found + (uint32_t)__builtin_popcountll(bits) > count) return "a page's bitmap has another number of documents than its directory";
            for (; bits; bits &= bits - 1) docs[found++] = base + 64 * word + (uint32_t)__builtin_ctzll(bits);
        }
        if (found != count) return "a page's bitmap has another number of documents than its directory";
    }
    if (docs[count - 1] >= list->doc_count) return "a page has a document that the segment has not";
    return NULL;
}

const char *posting_page_bits(const struct posting_list *list, uint32_t page, uint64_t bits[4])
{
    uint32_t count = posting_page_count(list, page), found = 0;
    memset(bits, 0, 4 * sizeof *bits);
    if (!count) return NULL;
    const uint8_t *bytes = page_at(list, page);
    if (!bytes) return "a page lies outside its list";
    if (count < PAGE_LOW_BYTES)
        for (uint32_t i = 0; i < count; i++) bits[bytes[i] / 64] |= UINT64_C(1) << bytes[i] % 64;
    else
        memcpy(bits, bytes, 4 * sizeof *bits);
    for (uint32_t word = 0; word < 4; word++) found += (uint32_t)__builtin_popcountll(bits[word]);
    if (found != count) return "a page has another number of documents than its directory";
    uint32_t docs = list->doc_count - page * POSTING_PAGE; /* of the segment in this page */
    for (uint32_t word = 0; word < 4 && docs < POSTING_PAGE; word++) {
        uint32_t here = docs < 64 * word ? 0 : docs - 64 * word;
        if (here < 64 && bits[word] >> here) return "a page has a document that the segment has not";
    }
    return NULL;
}

int posting_page_find(const struct posting_list *list, uint32_t page, uint32_t doc)
{
    uint32_t count = posting_page_count(list, page), low = doc % POSTING_PAGE;
    const uint8_t *bytes = count && doc / POSTING_PAGE == page ? page_at(list, page) : NULL;
    if (!bytes) return -1;
    if (count < PAGE_LOW_BYTES) {
        for (uint32_t i = 0; i < count; i++)
            if (bytes[i] == low) return (int)i;
        return -1;
    }
    uint64_t word = load_u64(bytes + low / 64 * 8), bit = UINT64_C(1) << low % 64;
    if (!(word & bit)) return -1;
    uint32_t index = (uint32_t)__builtin_popcountll(word & (bit - 1));
    for (uint32_t i = 0; i < low / 64; i++) index += (uint32_t)__builtin_popcountll(load_u64(bytes + 8 * i));
    return index < count ? (int)index : -1;
}

/* ---- Frequencies ---- */

/* A page's exceptions, [at, end), in the order of their postings. */
struct aside {
    const uint8_t *at, *end;
    uint32_t form;
};

/* The exceptions of a page, whose bytes and half bytes are given. Empty when there are none, or none inside the record. */
static struct aside aside_of(const struct posting_list *list, uint32_t page, const uint8_t *halves, uint32_t count)
{
    struct aside none = {NULL, NULL, 0};
    const uint8_t *window = window_of(list, page), *pages = list->bytes + list->parts[PART_PAGES];
    if (!has_exceptions(window, page)) return none;
    uint32_t field = load_u16(halves + (count + 1) / 2), end = window_end(list, window, page);
    uint64_t start = (uint64_t)load_u32(window + WINDOW_OFFSET) + window_size(list, window, page, WINDOW_PAGES);
    start += field & EXCEPTION_START_MASK;
    if (end > list->parts[PART_PAGES_LENGTH] || start > end) return none;
    return (struct aside){pages + start, pages + end, field >> EXCEPTION_FORM_SHIFT};
}

/* The index-th of them, as what it adds to 15. False: there is none. */
static bool aside_get(const struct aside *aside, uint32_t index, uint32_t *rest)
{
    if (aside->form > 2 || (uint64_t)(aside->end - aside->at) < (uint64_t)(index + 1) << aside->form) return false;
    const uint8_t *at = aside->at + ((size_t)index << aside->form);
    *rest = aside->form == 0 ? *at : aside->form == 1 ? load_u16(at) : load_u32(at);
    return *rest <= UINT32_MAX - PAGE_TF_ASIDE;
}

const char *posting_page_tfs(const struct posting_list *list, uint32_t page, uint32_t tfs[POSTING_PAGE])
{
    uint32_t count = posting_page_count(list, page), found = 0, rest;
    if (!count) return NULL;
    const uint8_t *bytes = page_at(list, page);
    if (!bytes) return "a page lies outside its list";
    const uint8_t *halves = bytes + (count < PAGE_LOW_BYTES ? count : PAGE_LOW_BYTES);
    uint32_t least = PAGE_TF_ASIDE;
    for (uint32_t i = 0; i < count; i++) {
        tfs[i] = halves[i / 2] >> i % 2 * 4 & 15;
        if (tfs[i] < least) least = tfs[i];
    }
    if (!least) return "a page has a posting that never occurs";
    if (!has_exceptions(window_of(list, page), page)) {
        for (uint32_t i = 0; i < count; i++)
            if (tfs[i] == PAGE_TF_ASIDE) return "a page lacks its exceptions";
        return NULL;
    }
    struct aside aside = aside_of(list, page, halves, count);
    for (uint32_t i = 0; i < count; i++) {
        if (tfs[i] != PAGE_TF_ASIDE) continue;
        if (!aside_get(&aside, found++, &rest)) return "a page's exceptions lie outside its list";
        tfs[i] += rest;
    }
    return NULL;
}

uint32_t posting_page_tf(const struct posting_list *list, uint32_t page, uint32_t index)
{
    uint32_t count = posting_page_count(list, page), rest;
    const uint8_t *bytes = index < count ? page_at(list, page) : NULL;
    if (!bytes) return 1;
    const uint8_t *halves = bytes + (count < PAGE_LOW_BYTES ? count : PAGE_LOW_BYTES);
    uint32_t tf = halves[index / 2] >> index % 2 * 4 & 15;
    if (tf != PAGE_TF_ASIDE) return tf ? tf : 1;
    struct aside aside = aside_of(list, page, halves, count);
    uint32_t before = 0; /* exceptions of earlier postings: half bytes with all four bits set */
    for (uint32_t i = 0; i < index; i += 16) {
        uint64_t word = load_u64(halves + i / 2);
        if (index - i < 16) word &= (UINT64_C(1) << (index - i) * 4) - 1;
        word &= word >> 2;
        word &= word >> 1;
        before += (uint32_t)__builtin_popcountll(word & UINT64_C(0x1111111111111111));
    }
    return aside.at && aside_get(&aside, before, &rest) ? tf + rest : tf;
}

uint32_t posting_page_next(const struct posting_list *list, uint32_t from)
{
    for (; from < list->block_count; from++)
        if (list->page_max[from]) break;
    return from < list->block_count ? from : list->block_count;
}

uint32_t posting_page_group_shift(const struct posting_list *list) { return list->parts[PART_GROUP_FORM] & 255; }
