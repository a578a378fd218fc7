#include "tree_walk.h"

#include "bitset.h"
#include "buffer.h"
#include "status.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { META_ATTEMPTS = 3, TREE_KEY_MOST = 511 };

struct tree_key {
    bool is_set;
    size_t length;
    uint8_t bytes[TREE_KEY_MOST];
};

struct tree_walk {
    const struct tree_file *file;
    uint64_t left;       /* pages that may still be visited: a tree has no more than its file */
    tree_visit *visit;
    void *context;
    struct buffer value; /* one from overflow pages */
    struct tree_key last;  /* the key visited last */
    struct tree_key least; /* what the branch says the next one is at least */
};

/* Whether the key is greater than `than`, or the same where that may be. */
static bool key_follows(const struct tree_key *than, const uint8_t *key, size_t length, bool may_be_same)
{
    if (!than->is_set) return true;
    int order = memcmp(than->bytes, key, than->length < length ? than->length : length);
    if (order != 0) return order < 0;
    return than->length < length || (may_be_same && than->length == length);
}

static void key_keep(struct tree_key *kept, const uint8_t *key, size_t length)
{
    kept->is_set = true;
    kept->length = length;
    memcpy(kept->bytes, key, length);
}

/* Of a leaf, or of a branch's child but the first: a search that goes by the branches finds every key. */
static const char *walk_order(struct tree_walk *walk, const uint8_t *node, bool is_leaf)
{
    const uint8_t *key = tree_node_key(node);
    size_t length = tree_node_key_size(node);
    if (!walk->file->is_ordered) return NULL;
    if (length > TREE_KEY_MOST) return "a key is too long";
    if (!key_follows(&walk->last, key, length, false)) return "keys are not in order";
    if (is_leaf && !key_follows(&walk->least, key, length, true)) return "a branch leads to other keys than it says";
    key_keep(is_leaf ? &walk->last : &walk->least, key, length);
    return NULL;
}

bf_status file_read(int fd, const char *file, uint64_t offset, uint8_t *bytes, size_t length, bf_error *error)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(fd, bytes + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno != EINTR) return fail_system(error, errno, "%s", file);
        if (got == 0) return fail(error, BF_CORRUPT, "%s: page %llu: cut short", file, (unsigned long long)(offset / TREE_PAGE));
        if (got > 0) done += (size_t)got;
    }
    return BF_OK;
}

bf_status tree_page_read(int fd, const char *file, uint64_t number, uint8_t page[TREE_PAGE], bf_error *error)
{
    return file_read(fd, file, number * TREE_PAGE, page, TREE_PAGE, error);
}

/* Commits take the two pages in turn. One whose number is damaged would let an older commit pass for the last. */
static const char *metas_rule(const struct tree_meta metas[2])
{
    uint64_t even = metas[0].transaction, odd = metas[1].transaction;
    if (even == 0 && odd == 0) return NULL; /* nothing was committed yet */
    if (even % 2 == 0 && odd % 2 == 1 && (even + 1 == odd || odd + 1 == even)) return NULL;
    return "its two meta pages are not of commits that follow one another";
}

bf_status tree_metas_read(int fd, const char *file, struct tree_meta metas[2], bf_error *error)
{
    const char *rule = "";
    /* A writer may be writing them at this very moment; what is damaged stays so. */
    for (int attempt = 0; rule && attempt < META_ATTEMPTS; attempt++) {
        rule = NULL;
        for (uint64_t number = 0; !rule && number < 2; number++) {
            uint8_t page[TREE_PAGE];
            bf_status status = tree_page_read(fd, file, number, page, error);
            if (status != BF_OK) return status;
            rule = tree_page_number(page) == number ? tree_meta_rule(page, &metas[number]) : "a meta page says that it is the other";
        }
        if (!rule) rule = metas_rule(metas);
        if (!rule) rule = metas[metas[1].transaction > metas[0].transaction].root_rule;
    }
    return rule ? fail(error, BF_CORRUPT, "%s: %s", file, rule) : BF_OK;
}

/* A page has one place in one tree. */
static const char *walk_use(const struct tree_walk *walk, uint64_t first, uint64_t count)
{
    for (uint64_t page = first; walk->file->used && page < first + count; page++) {
        if (bitset_has(walk->file->used, page)) return "a page is used twice";
        bitset_add(walk->file->used, page);
    }
    return NULL;
}

/* Of a leaf: its value, in the page or in `walk->value`. */
static const char *walk_value(struct tree_walk *walk, const uint8_t *node, const uint8_t **value, bf_status *status,
                              bf_error *error)
{
    size_t size = tree_node_size(node);
    *value = tree_node_data(node);
    if (tree_node_flags(node) != TREE_BIG_DATA) return NULL;
    uint64_t first = load_u64(*value);
    uint8_t head[TREE_PAGE_HEAD];
    uint64_t pages;
    *status = file_read(walk->file->fd, walk->file->path, first * TREE_PAGE, head, sizeof head, error);
    if (*status != BF_OK) return NULL;
    /* A writer that replaces the value frees as many pages as stand there, from the number that stands there. */
    const char *rule = tree_overflow_rule(head, first, size, walk->file->page_count, &pages);
    if (!rule) rule = walk_use(walk, first, pages);
    if (rule || !walk->visit) return rule;
    buffer_clear(&walk->value);
    uint8_t *bytes = buffer_extend(&walk->value, size);
    *status = bytes ? file_read(walk->file->fd, walk->file->path, first * TREE_PAGE + TREE_PAGE_HEAD, bytes, size, error)
                    : fail_memory(error);
    *value = bytes;
    return NULL;
}

static bf_status walk_page(struct tree_walk *walk, uint64_t number, unsigned depth, bf_error *error)
{
    uint8_t page[TREE_PAGE];
    const char *rule = NULL;
    bf_status status = tree_page_read(walk->file->fd, walk->file->path, number, page, error);
    if (status != BF_OK) return status;
    if (walk->left-- == 0) rule = "a tree has more pages than its file";
    if (!rule && tree_page_number(page) != number) rule = "a page says that it is another";
    if (!rule) rule = tree_page_rule(page, walk->file->page_count);
    if (!rule && (tree_page_flags(page) == TREE_LEAF) != (depth == 1)) rule = "a tree is not of the depth it should have";
    if (!rule) rule = walk_use(walk, number, 1);
    for (unsigned i = 0; !rule && status == BF_OK && i < tree_page_count(page); i++) {
        const uint8_t *node = tree_page_node(page, i), *value;
        if (depth == 1 || i > 0) rule = walk_order(walk, node, depth == 1);
        if (rule) break;
        if (depth > 1) {
            status = walk_page(walk, tree_node_child(node), depth - 1, error);
            continue;
        }
        rule = walk_value(walk, node, &value, &status, error);
        if (!rule && status == BF_OK && walk->visit)
            rule = walk->visit(walk->context, tree_node_key(node), tree_node_key_size(node), value, tree_node_size(node));
    }
    return rule ? fail(error, BF_CORRUPT, "%s: page %llu: %s", walk->file->path, (unsigned long long)number, rule) : status;
}

bf_status tree_walk(const struct tree_file *file, const struct tree_root *root, tree_visit *visit, void *context, bf_error *error)
{
    if (root->page == TREE_NO_PAGE) return BF_OK;
    struct tree_walk walk = {.file = file, .left = file->page_count, .visit = visit, .context = context};
    bf_status status = walk_page(&walk, root->page, root->depth, error);
    buffer_free(&walk.value);
    return status;
}
