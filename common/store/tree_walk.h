/* Looks at every page of a tree in an LMDB file before LMDB does (tree_page.h). */
#ifndef STORE_TREE_WALK_H
#define STORE_TREE_WALK_H

#include "backfile.h"
#include "tree_page.h"

/* Reads and verifies both meta pages. BF_CORRUPT names the file. */
bf_status tree_metas_read(int fd, const char *file, struct tree_meta metas[2], bf_error *error);

/* Verifies each page of the tree; `page_count` are in the file. BF_CORRUPT names file, page and rule. */
bf_status tree_walk(int fd, const char *file, const struct tree_root *root, uint64_t page_count, bf_error *error);

#endif
