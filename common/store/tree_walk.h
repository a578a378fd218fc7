/* Looks at every page of a tree in an LMDB file before LMDB does (tree_page.h). */
#ifndef STORE_TREE_WALK_H
#define STORE_TREE_WALK_H

#include "backfile.h"
#include "tree_page.h"

/* BF_CORRUPT: the file ends before. */
/* All of the bytes: BF_CORRUPT where the file ends before. */
bf_status file_read(int fd, const char *file, uint64_t offset, uint8_t *bytes, size_t length, bf_error *error);
bf_status tree_page_read(int fd, const char *file, uint64_t number, uint8_t page[TREE_PAGE], bf_error *error);

/* Reads and verifies both meta pages, but the roots of the newer one only. BF_CORRUPT names the file. */
bf_status tree_metas_read(int fd, const char *file, struct tree_meta metas[2], bf_error *error);

/* Called for each entry of a tree, in order. NULL, or the rule it breaks. */
typedef const char *tree_visit(void *context, const uint8_t *key, size_t key_length, const uint8_t *value, size_t value_length);

struct tree_file {
    int fd;
    const char *path;
    uint64_t page_count;
    uint64_t *used;       /* NULL, or a bit a page: where the trees walked so far have theirs */
    bool is_ordered;      /* keys are in the order of their bytes, which is verified too: a branch leads to the keys it says */
};

/* Verifies each page of the tree, and visits its entries (NULL: not). BF_CORRUPT names file, page and rule. */
bf_status tree_walk(const struct tree_file *file, const struct tree_root *root, tree_visit *visit, void *context,
                    bf_error *error);

#endif
