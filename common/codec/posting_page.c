/* Pages of 256 documents: nothing is decoded that is not asked for. */
#include "page_unpack.h"
#include "position_page.h"
#include "posting_record.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static const uint8_t *window_of(const struct posting_list *list, uint32_t page)
{
    return list->bytes + list->parts[PART_WINDOWS] + (size_t)(page / WINDOW_PAGES) * WINDOW_ENTRY;
}

static bool has_exceptions(const uint8_t *window, uint32_t page)
{
    return load_u16(window + WINDOW_EXCEPTIONS) >> page % WINDOW_PAGES & 1;
}

/* One byte for each page of a window. Plain operators on it are vector instructions where there are any. */
typedef uint8_t window_bytes __attribute__((vector_size(WINDOW_PAGES)));
typedef uint64_t window_words __attribute__((vector_size(WINDOW_PAGES)));

#define ONES UINT64_C(0x0101010101010101)

static uint32_t sum_bytes(window_bytes bytes)
{
#if defined(__SSE2__)
    __m128i sums = _mm_sad_epu8((__m128i)bytes, _mm_setzero_si128());
    return (uint32_t)_mm_cvtsi128_si32(sums) + (uint32_t)_mm_extract_epi16(sums, 4);
#else
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    window_words words = (window_words)bytes;
    words = (words & even) + (words >> 8 & even);
    return (uint32_t)((words[0] + words[1]) * UINT64_C(0x0001000100010001) >> 48);
#endif
}

/* Ones in the lanes of the window's first `pages` pages that have postings. */
static window_bytes lanes_with_postings(const struct posting_list *list, uint32_t page, uint32_t pages)
{
    const window_bytes numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    window_bytes max;
    memcpy(&max, list->page_max + (page - page % WINDOW_PAGES), sizeof max); /* filled up to whole windows */
    return (window_bytes)(max != 0) & (window_bytes)(numbers < (uint8_t)pages);
}

/* Bytes of the first `pages` pages of the window that `page` is in: posting_page_size of each, all at once; it is at most 162. */
static uint32_t window_size(const struct posting_list *list, const uint8_t *window, uint32_t page, uint32_t pages)
{
    const window_bytes bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const window_words masks = {window[WINDOW_EXCEPTIONS] * ONES, window[WINDOW_EXCEPTIONS + 1] * ONES};
    window_bytes count, exceptions = (window_bytes)masks;
    memcpy(&count, window + WINDOW_COUNTS, sizeof count); /* less one */
    window_bytes many = (window_bytes)(count > PAGE_LOW_BYTES - 1);
    window_bytes docs = (count & ~many) | ((PAGE_LOW_BYTES - 1) & many);
    window_bytes size = docs + (count >> 1) + 2 + ((window_bytes)((exceptions & bit) != 0) & 2);
    return sum_bytes(size & lanes_with_postings(list, page, pages));
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
    uint32_t count = posting_page_count(list, page), base = page * POSTING_PAGE;
    if (!count) return NULL;
    const uint8_t *bytes = page_at(list, page);
    if (!bytes) return "a page lies outside its list";
    if (count < PAGE_LOW_BYTES) {
        uint32_t misplaced = 0;
        page_unpack_best()->bytes(bytes, count, base, docs);
        for (uint32_t i = 1; i < count; i++) misplaced += bytes[i - 1] >= bytes[i];
        if (misplaced) return "a page's documents are not ascending";
    } else if (page_unpack_best()->bitmap(bytes, base, docs) != count) {
        return "a page's bitmap has another number of documents than its directory";
    }
    if (docs[count - 1] >= list->doc_count) return "a page has a document that the segment has not";
    return NULL;
}

static const char beyond[] = "a page has a document that the segment has not";

/* Whether the segment has the page's documents. */
static const char *set_rule(const struct posting_list *list, uint32_t page, const uint64_t bits[4])
{
    uint32_t docs = list->doc_count - page * POSTING_PAGE; /* of the segment in this page */
    for (uint32_t word = 0; word < 4 && docs < POSTING_PAGE; word++) {
        uint32_t here = docs < 64 * word ? 0 : docs - 64 * word;
        if (here < 64 && bits[word] >> here) return beyond;
    }
    return NULL;
}

const char *posting_page_set(const struct posting_list *list, const struct posting_page *open, uint64_t bits[4])
{
    if (open->count < PAGE_LOW_BYTES) {
        memset(bits, 0, 4 * sizeof *bits);
        for (uint32_t i = 0; i < open->count; i++) bits[open->bytes[i] / 64] |= UINT64_C(1) << open->bytes[i] % 64;
    } else {
        memcpy(bits, open->bytes, 4 * sizeof *bits);
    }
    if (page_unpack_best()->count(bits) != open->count) return "a page has another number of documents than its directory";
    return set_rule(list, open->number, bits);
}

const char *posting_page_bits(const struct posting_list *list, uint32_t page, uint64_t bits[4])
{
    struct posting_page open;
    memset(bits, 0, 4 * sizeof *bits);
    if (!list->page_max[page]) return NULL;
    return posting_page_open(list, page, &open) ? posting_page_set(list, &open, bits) : "a page lies outside its list";
}

/* The index of the byte, or -1: eight bytes a step, where the lowest zero byte of a difference is found by its borrow
 * (Warren, Hacker's Delight, 6-1). */
static int find_byte(const uint8_t *bytes, uint32_t count, uint8_t wanted)
{
    for (uint32_t i = 0; i < count; i += 8) {
        uint64_t difference = load_u64(bytes + i) ^ wanted * ONES;
        uint64_t zeros = (difference - ONES) & ~difference & ONES << 7;
        if (!zeros) continue;
        uint32_t index = i + (uint32_t)__builtin_ctzll(zeros) / 8;
        return index < count ? (int)index : -1;
    }
    return -1;
}

int posting_page_find(const struct posting_list *list, uint32_t page, uint32_t doc)
{
    uint32_t count = posting_page_count(list, page), low = doc % POSTING_PAGE;
    const uint8_t *bytes = count && doc / POSTING_PAGE == page ? page_at(list, page) : NULL;
    if (!bytes) return -1;
    if (count < PAGE_LOW_BYTES) return find_byte(bytes, count, (uint8_t)low);
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
    if (!aside->at || aside->form > 2 || (uint64_t)(aside->end - aside->at) < (uint64_t)(index + 1) << aside->form) return false;
    const uint8_t *at = aside->at + ((size_t)index << aside->form);
    *rest = aside->form == 0 ? *at : aside->form == 1 ? load_u16(at) : load_u32(at);
    return *rest <= UINT32_MAX - PAGE_TF_ASIDE;
}

/* Bit 4j of the result: half byte first + j, one of the `count`, is 15. *zeros gets those that are 0, which none may be. */
static uint64_t halves_aside(const uint8_t *halves, uint32_t first, uint32_t count, uint64_t *zeros)
{
    const uint64_t lowest = UINT64_C(0x1111111111111111);
    uint64_t word = load_u64(halves + first / 2);
    uint64_t there = count - first < 16 ? (UINT64_C(1) << (count - first) * 4) - 1 : UINT64_MAX;
    uint64_t all = word & word >> 1, any = word | word >> 1;
    *zeros = ~(any | any >> 2) & lowest & there;
    return all & all >> 2 & lowest & there;
}

const char *posting_page_tfs(const struct posting_list *list, uint32_t page, uint32_t tfs[POSTING_PAGE])
{
    uint32_t count = posting_page_count(list, page), found = 0, rest;
    if (!count) return NULL;
    const uint8_t *bytes = page_at(list, page);
    if (!bytes) return "a page lies outside its list";
    const uint8_t *halves = bytes + (count < PAGE_LOW_BYTES ? count : PAGE_LOW_BYTES);
    struct aside aside = aside_of(list, page, halves, count);
    page_unpack_best()->halves(halves, count, tfs);
    for (uint32_t i = 0; i < count; i += 16) {
        uint64_t zeros, fifteens = halves_aside(halves, i, count, &zeros);
        if (zeros) return "a page has a posting that never occurs";
        for (; fifteens; fifteens &= fifteens - 1) {
            if (!aside_get(&aside, found++, &rest)) return "a page lacks its exceptions";
            tfs[i + (uint32_t)__builtin_ctzll(fifteens) / 4] += rest;
        }
    }
    return NULL;
}

/* Whether the segment has the page's last document. */
static const char *last_rule(const struct posting_list *list, uint32_t number, const struct position_page *page)
{
    uint32_t docs = list->doc_count - number * POSTING_PAGE; /* of the segment in this page */
    if (docs >= POSTING_PAGE) return NULL;
    if (page->count >= PAGE_LOW_BYTES) return set_rule(list, number, page->set);
    return page->lows[page->count - 1] < docs ? NULL : beyond;
}

const char *posting_page_measure(const struct posting_list *list, uint32_t number, struct position_page *page)
{
    struct posting_page open;
    uint32_t found = 0, rest;
    page->kernel = position_page_kernel_best();
    page->widened = false;
    page->count = page->aside_count = 0;
    if (!posting_page_open(list, number, &open)) return list->page_max[number] ? "a page lies outside its list" : NULL;
    if (!page->kernel->open(open.bytes, open.count, page))
        return "a page has other documents than its directory, or one in which the term never occurs";
    if (page->aside[0] | page->aside[1] | page->aside[2] | page->aside[3]) {
        const uint8_t *halves = open.bytes + (open.count < PAGE_LOW_BYTES ? open.count : PAGE_LOW_BYTES);
        struct aside aside = aside_of(list, number, halves, open.count);
        page->aside_count = page_unpack_best()->count(page->aside);
        for (; found < page->aside_count; found++) {
            if (!aside_get(&aside, found, &rest)) return "a page lacks its exceptions";
            page->aside_tfs[found] = PAGE_TF_ASIDE + rest;
        }
    }
    return last_rule(list, number, page);
}

/* The frequency of a posting whose half byte is 15. */
static uint32_t tf_aside(const struct posting_list *list, uint32_t page, const uint8_t *halves, uint32_t count, uint32_t index)
{
    struct aside aside = aside_of(list, page, halves, count);
    uint32_t rest, before = page_unpack_best()->fifteens(halves, index);
    return PAGE_TF_ASIDE + (aside_get(&aside, before, &rest) ? rest : 0);
}

uint32_t posting_page_tf(const struct posting_list *list, uint32_t page, uint32_t index)
{
    uint32_t count = posting_page_count(list, page);
    const uint8_t *bytes = index < count ? page_at(list, page) : NULL;
    if (!bytes) return 1;
    const uint8_t *halves = bytes + (count < PAGE_LOW_BYTES ? count : PAGE_LOW_BYTES);
    uint32_t tf = (uint32_t)halves[index / 2] >> index % 2 * 4 & 15;
    if (tf == PAGE_TF_ASIDE) return tf_aside(list, page, halves, count, index);
    return tf ? tf : 1;
}

void posting_page_prefetch_directory(const struct posting_list *list, uint32_t page)
{
    __builtin_prefetch(window_of(list, page));
    __builtin_prefetch(list->grid + (((size_t)page << (GRID_SHIFT_MOST - list->grid_shift)) / 2));
}

void posting_page_prefetch(const struct posting_list *list, uint32_t page)
{
    uint64_t start = page_start(list, window_of(list, page), page);
    if (start >= list->parts[PART_PAGES_LENGTH]) return;
    const uint8_t *at = list->bytes + list->parts[PART_PAGES] + start;
    __builtin_prefetch(at);
    __builtin_prefetch(at + 64);
}

bool posting_page_open(const struct posting_list *list, uint32_t page, struct posting_page *open)
{
    if (!list->page_max[page]) return false;
    const uint8_t *window = window_of(list, page);
    uint32_t fewer = window[WINDOW_COUNTS + page % WINDOW_PAGES], size = posting_page_size(fewer, has_exceptions(window, page));
    uint64_t start = page_start(list, window, page);
    if (start + size > list->parts[PART_PAGES_LENGTH]) return false;
    open->offset = list->parts[PART_PAGES] + (uint32_t)start;
    open->length = size;
    open->bytes = list->bytes + open->offset;
    open->count = fewer + 1;
    open->number = page;
    return true;
}

bool posting_page_has(const struct posting_page *open, uint32_t low)
{
    if (open->count < PAGE_LOW_BYTES) return find_byte(open->bytes, open->count, (uint8_t)low) >= 0;
    return open->bytes[low / 8] >> low % 8 & 1;
}

uint32_t posting_page_tf_at(const struct posting_list *list, const struct posting_page *open, uint32_t low)
{
    uint32_t index;
    if (open->count < PAGE_LOW_BYTES) {
        int found = find_byte(open->bytes, open->count, (uint8_t)low);
        if (found < 0) return 0;
        index = (uint32_t)found;
    } else {
        if (!(open->bytes[low / 8] >> low % 8 & 1)) return 0;
        index = page_unpack_best()->rank(open->bytes, low);
        if (index >= open->count) return 0;
    }
    uint32_t tf = posting_page_half(open, index);
    if (tf != PAGE_TF_ASIDE) return tf ? tf : 1;
    const uint8_t *halves = open->bytes + (open->count < PAGE_LOW_BYTES ? open->count : PAGE_LOW_BYTES);
    return tf_aside(list, open->number, halves, open->count, index);
}

const char *posting_pages_add(const struct posting_list *list, uint32_t first, uint32_t end, uint64_t *set)
{
    if (end > list->block_count) end = list->block_count;
    const uint8_t *pages = list->bytes + list->parts[PART_PAGES], *limit = pages + list->parts[PART_PAGES_LENGTH], *at = NULL;
    for (uint32_t page = first; page < end; page++, set += 4) {
        const uint8_t *window = window_of(list, page);
        if (!at || page % WINDOW_PAGES == 0) at = pages + page_start(list, window, page);
        if (!list->page_max[page]) continue;
        uint32_t fewer = window[WINDOW_COUNTS + page % WINDOW_PAGES];
        uint32_t size = posting_page_size(fewer, has_exceptions(window, page));
        if (at > limit || size > (size_t)(limit - at)) return "a page lies outside its list";
        if (fewer < PAGE_LOW_BYTES - 1)
            for (uint32_t i = 0; i <= fewer; i++) set[at[i] / 64] |= UINT64_C(1) << at[i] % 64;
        else
            for (uint32_t i = 0; i < 4; i++) set[i] |= load_u64(at + 8 * i);
        at += size;
    }
    if (end < list->block_count || first >= end) return NULL;
    for (uint32_t low = (list->doc_count - 1) % POSTING_PAGE + 1; low < POSTING_PAGE; low++)
        if (set[(int)(low / 64) - 4] >> low % 64 & 1) return "a page has a document that the segment has not";
    return NULL;
}

uint32_t posting_page_next(const struct posting_list *list, uint32_t from)
{
    for (; from < list->block_count; from++)
        if (list->page_max[from]) break;
    return from < list->block_count ? from : list->block_count;
}

uint32_t posting_page_group_shift(const struct posting_list *list) { return list->parts[PART_GROUP_FORM] & 255; }
