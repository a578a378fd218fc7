#include "segment_seal.h"

#include "bitset.h"
#include "checksum.h"
#include "seal_record.h"
#include "status.h"
#include "tree_page.h"
#include "tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_LINE = 64 };

struct segment_seal {
    const uint8_t *file;     /* as LMDB mapped it */
    uint8_t *tail;           /* entries and record */
    const uint8_t *first;    /* entries in it */
    const uint8_t *terms;
    uint64_t *verified;      /* a bit a page of the file, of those of the dictionary; set by any thread */
    struct seal_record record;
    char path[PATH_MAX];
};

static bf_status seal_corrupt(const struct segment_seal *seal, uint64_t page, const char *rule, bf_error *error)
{
    return fail(error, BF_CORRUPT, "%s: page %llu: %s", seal->path, (unsigned long long)page, rule);
}

/* Which of the entries is the page's; `count`: none. */
static uint32_t entry_of(const uint8_t *entries, uint32_t count, uint64_t number)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (load_u32(entries + (size_t)SEAL_ENTRY * middle) < number) low = middle + 1;
        else high = middle;
    }
    return low < count && load_u32(entries + (size_t)SEAL_ENTRY * low) == number ? low : count;
}

static bf_status seal_verify_page(const struct segment_seal *seal, const uint8_t *entry, const uint8_t *page, bf_error *error)
{
    uint32_t number = load_u32(entry);
    struct tree_meta meta = {0};
    if (checksum(0, page, TREE_PAGE) != load_u32(entry + 4))
        return seal_corrupt(seal, number, "it does not have the checksum in the seal", error);
    const char *rule = number < 2 ? tree_meta_rule(page, &meta) : tree_page_rule(page, seal->record.page_count);
    if (!rule) rule = meta.root_rule;
    return rule ? seal_corrupt(seal, number, rule, error) : BF_OK;
}

/* As it is in the file. A page that is read once is read sooner than mapped: a fault maps its neighbours too. */
static bf_status seal_verify_in_file(const struct segment_seal *seal, int fd, const uint8_t *entry, bf_error *error)
{
    uint8_t page[TREE_PAGE];
    uint32_t number = load_u32(entry);
    if (number >= seal->record.page_count)
        return seal_corrupt(seal, number, "the seal names a page that is not in the file", error);
    bf_status status = tree_page_read(fd, seal->path, number, page, error);
    return status == BF_OK ? seal_verify_page(seal, entry, page, error) : status;
}

/* As it is mapped. */
static bf_status seal_verify_entry(const struct segment_seal *seal, const uint8_t *entry, bf_error *error)
{
    uint32_t number = load_u32(entry);
    if (number >= seal->record.page_count)
        return seal_corrupt(seal, number, "the seal names a page that is not in the file", error);
    return seal_verify_page(seal, entry, seal->file + (size_t)number * TREE_PAGE, error);
}

static bf_status seal_verify_terms_page(struct segment_seal *seal, uint64_t number, bf_error *error)
{
    uint32_t low = entry_of(seal->terms, seal->record.terms_count, number);
    const uint8_t *entry = seal->terms + (size_t)SEAL_ENTRY * low;
    if (low == seal->record.terms_count)
        return seal_corrupt(seal, number, "a page of the dictionary is not sealed", error);
    bf_status status = seal_verify_entry(seal, entry, error);
    if (status == BF_OK) __atomic_fetch_or(&seal->verified[number >> 6], UINT64_C(1) << (number & 63), __ATOMIC_RELAXED);
    return status;
}

/* A page of the dictionary, verified. */
static bf_status seal_terms_page(struct segment_seal *seal, uint64_t number, unsigned depth, const uint8_t **page,
                                 bf_error *error)
{
    if (number >= seal->record.page_count ||
        !(__atomic_load_n(&seal->verified[number >> 6], __ATOMIC_RELAXED) >> (number & 63) & 1)) {
        bf_status status = seal_verify_terms_page(seal, number, error);
        if (status != BF_OK) return status;
    }
    *page = seal->file + (size_t)number * TREE_PAGE;
    if ((tree_page_flags(*page) == TREE_LEAF) != (depth == 1))
        return seal_corrupt(seal, number, "the dictionary is not of the depth the seal says", error);
    return BF_OK;
}

/* The child under which a key is: the last whose key is not greater. The first child's key counts as the least of all. */
static unsigned child_of(const uint8_t *page, const uint8_t *key, size_t key_length)
{
    unsigned low = 0, high = tree_page_count(page);
    while (low + 1 < high) {
        unsigned middle = low + (high - low) / 2;
        const uint8_t *node = tree_page_node(page, middle);
        size_t size = tree_node_key_size(node);
        int order = memcmp(tree_node_key(node), key, size < key_length ? size : key_length);
        if (order < 0 || (order == 0 && size <= key_length)) low = middle;
        else high = middle;
    }
    return low;
}

/* A look-up reads half a dozen places of a leaf, each found by the one before: waiting for memory once is shorter, even for all of
 * it. */
static void leaf_prefetch(const struct segment_seal *seal, uint64_t number)
{
    const uint8_t *leaf = seal->file + (size_t)number * TREE_PAGE;
    for (size_t at = 0; at < TREE_PAGE; at += CACHE_LINE) __builtin_prefetch(leaf + at);
}

bf_status segment_seal_approach_term(struct segment_seal *seal, const void *key, size_t key_length, struct term_way *way,
                                     bf_error *error)
{
    *way = (struct term_way){seal->record.terms_root, seal->record.terms_depth};
    if (way->page == SEAL_NO_ROOT) return BF_NOT_FOUND;
    for (; way->depth > 1; way->depth--) {
        const uint8_t *page;
        bf_status status = seal_terms_page(seal, way->page, way->depth, &page, error);
        if (status != BF_OK) return status;
        way->page = tree_node_child(tree_page_node(page, child_of(page, key, key_length)));
    }
    if (way->page >= seal->record.page_count) return BF_OK; /* which is found on arrival */
    __builtin_prefetch(&seal->verified[way->page >> 6]);
    leaf_prefetch(seal, way->page);
    return BF_OK;
}

bf_status segment_seal_arrive_term(struct segment_seal *seal, const void *key, size_t key_length, const struct term_way *way,
                                   struct store_entry *entry, bf_error *error)
{
    const uint8_t *page;
    bf_status status = seal_terms_page(seal, way->page, way->depth, &page, error);
    if (status != BF_OK) return status;
    const uint8_t *node = tree_page_node(page, child_of(page, key, key_length));
    *entry = (struct store_entry){
        tree_node_key(node), tree_node_data(node), tree_node_key_size(node), tree_node_size(node)};
    /* The first of the leaf may be greater: then it is the first of all. */
    size_t shorter = entry->key_length < key_length ? entry->key_length : key_length;
    int order = memcmp(entry->key, key, shorter);
    if (order > 0 || (order == 0 && entry->key_length > key_length)) return BF_NOT_FOUND;
    if (tree_node_flags(node))
        return seal_corrupt(seal, way->page, "a block of terms must be in a leaf of the dictionary", error);
    for (size_t at = 0; at < entry->value_length; at += CACHE_LINE) __builtin_prefetch(entry->value + at);
    return BF_OK;
}

bf_status segment_seal_verify_terms(struct segment_seal *seal, const void *key, size_t key_length, bf_error *error)
{
    uint64_t number = seal->record.terms_root, next = TREE_NO_PAGE;
    unsigned next_depth = 0;
    if (number == SEAL_NO_ROOT) return BF_OK;
    for (unsigned depth = seal->record.terms_depth; depth > 0; depth--) {
        const uint8_t *page;
        bf_status status = seal_terms_page(seal, number, depth, &page, error);
        if (status != BF_OK || depth == 1) {
            if (status != BF_OK) return status;
            break;
        }
        unsigned child = key_length ? child_of(page, key, key_length) : 0;
        number = tree_node_child(tree_page_node(page, child));
        if (child + 1 < tree_page_count(page)) {
            next = tree_node_child(tree_page_node(page, child + 1));
            next_depth = depth - 1;
        }
    }
    /* Down the left side to the leaf after. */
    for (; next != TREE_NO_PAGE && next_depth > 0; next_depth--) {
        const uint8_t *page;
        bf_status status = seal_terms_page(seal, next, next_depth, &page, error);
        if (status != BF_OK) return status;
        if (next_depth > 1) next = tree_node_child(tree_page_node(page, 0));
    }
    return BF_OK;
}

bf_status segment_seal_verify(struct segment_seal *seal, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < seal->record.terms_count; i++)
        status = seal_verify_entry(seal, seal->terms + (size_t)SEAL_ENTRY * i, error);
    for (uint32_t i = 0; status == BF_OK && i < seal->record.first_count; i++)
        status = seal_verify_entry(seal, seal->first + (size_t)SEAL_ENTRY * i, error);
    return status;
}

/* Reads the last bytes of the file, at first as many as are likely to be all. */
static bf_status seal_read_tail(struct segment_seal *seal, int fd, uint64_t length, size_t *tail_length, bf_error *error)
{
    enum { LIKELY = 16 << 10 };
    size_t size = 0, wanted = length < LIKELY ? (size_t)length : LIKELY;
    for (int attempt = 0; attempt < 2; attempt++) {
        uint8_t *tail = realloc(seal->tail, wanted);
        if (!tail) return fail_memory(error);
        seal->tail = tail;
        bf_status status = file_read(fd, seal->path, length - wanted, tail, wanted, error);
        if (status != BF_OK) return status;
        *tail_length = wanted;
        const char *rule = seal_record_size(tail, wanted, length, &size);
        if (rule) return fail(error, BF_CORRUPT, "%s: %s", seal->path, rule);
        if (size <= wanted) break;
        wanted = size;
    }
    return BF_OK;
}

static bf_status seal_read(struct segment_seal *seal, int fd, bf_error *error)
{
    struct stat about;
    size_t length = 0;
    if (fstat(fd, &about) != 0) return fail_system(error, errno, "%s", seal->path);
    if (about.st_size == 0) return fail(error, BF_CORRUPT, "%s: empty", seal->path);
    bf_status status = seal_read_tail(seal, fd, (uint64_t)about.st_size, &length, error);
    if (status != BF_OK) return status;
    const char *rule = seal_record_decode(seal->tail, length, (uint64_t)about.st_size, &seal->record);
    if (rule) return fail(error, BF_CORRUPT, "%s: %s", seal->path, rule);
    seal->terms = seal->tail + length - SEAL_RECORD - (size_t)SEAL_ENTRY * seal->record.terms_count;
    seal->first = seal->terms - (size_t)SEAL_ENTRY * seal->record.first_count;
    seal->verified = calloc(bitset_words(seal->record.page_count) + 1, sizeof *seal->verified);
    if (!seal->verified) return fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < seal->record.first_count; i++)
        status = seal_verify_in_file(seal, fd, seal->first + (size_t)SEAL_ENTRY * i, error);
    return status;
}

bf_status segment_seal_open(const char *path, struct segment_seal **result, bf_error *error)
{
    struct segment_seal *seal = calloc(1, sizeof *seal);
    if (!seal) return fail_memory(error);
    snprintf(seal->path, sizeof seal->path, "%s", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bf_status status = BF_OK;
    if (fd < 0 && errno == ENOENT) status = fail(error, BF_NOT_FOUND, "%s: no such segment", path);
    else if (fd < 0) status = fail_system(error, errno, "%s", path);
    else status = seal_read(seal, fd, error);
    if (fd >= 0) close(fd);
    if (status != BF_OK) segment_seal_close(seal);
    else *result = seal;
    return status;
}

bf_status segment_seal_mapped(struct segment_seal *seal, const uint8_t *value, const uint8_t **file, bf_error *error)
{
    const uint8_t *page = value - ((uintptr_t)value & (TREE_PAGE - 1)); /* maps begin at pages */
    uint64_t number = load_u64(page);
    uint32_t i = entry_of(seal->first, seal->record.first_count, number);
    if (i == seal->record.first_count || checksum(0, page, TREE_PAGE) != load_u32(seal->first + (size_t)SEAL_ENTRY * i + 4))
        return seal_corrupt(seal, number, "it is not mapped as it is in the file", error);
    seal->file = page - (size_t)number * TREE_PAGE;
    *file = seal->file;
    return BF_OK;
}

void segment_seal_close(struct segment_seal *seal)
{
    if (!seal) return;
    free(seal->tail);
    free(seal->verified);
    free(seal);
}
