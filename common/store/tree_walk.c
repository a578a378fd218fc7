#include "tree_walk.h"

#include "status.h"

#include <errno.h>
#include <unistd.h>

enum { META_ATTEMPTS = 3 };

struct tree_walk {
    int fd;
    const char *file;
    uint64_t page_count;
    uint64_t left;       /* pages that may still be visited: a tree has no more than its file */
};

static bf_status page_read(int fd, const char *file, uint64_t number, uint8_t page[TREE_PAGE], bf_error *error)
{
    ssize_t got;
    do got = pread(fd, page, TREE_PAGE, (off_t)(number * TREE_PAGE));
    while (got < 0 && errno == EINTR);
    if (got < 0) return fail_system(error, errno, "%s", file);
    return got == TREE_PAGE ? BF_OK : fail(error, BF_CORRUPT, "%s: page %llu: cut short", file, (unsigned long long)number);
}

bf_status tree_metas_read(int fd, const char *file, struct tree_meta metas[2], bf_error *error)
{
    bf_status status = BF_OK;
    for (uint64_t number = 0; status == BF_OK && number < 2; number++) {
        uint8_t page[TREE_PAGE];
        const char *rule = NULL;
        /* A writer may be writing it at this very moment; what is damaged stays so. */
        for (int attempt = 0; status == BF_OK && attempt < META_ATTEMPTS && (attempt == 0 || rule); attempt++) {
            status = page_read(fd, file, number, page, error);
            if (status == BF_OK) rule = tree_meta_rule(page, &metas[number]);
        }
        if (rule) status = fail(error, BF_CORRUPT, "%s: page %llu: %s", file, (unsigned long long)number, rule);
    }
    return status;
}

static bf_status walk_page(struct tree_walk *walk, uint64_t number, unsigned depth, bf_error *error)
{
    uint8_t page[TREE_PAGE];
    const char *rule = NULL;
    bf_status status = page_read(walk->fd, walk->file, number, page, error);
    if (status != BF_OK) return status;
    if (walk->left-- == 0) rule = "a tree has more pages than its file";
    if (!rule) rule = tree_page_rule(page, walk->page_count);
    if (!rule && (tree_page_flags(page) == TREE_LEAF) != (depth == 1)) rule = "a tree is not of the depth it should have";
    if (rule) return fail(error, BF_CORRUPT, "%s: page %llu: %s", walk->file, (unsigned long long)number, rule);
    for (unsigned i = 0; depth > 1 && status == BF_OK && i < tree_page_count(page); i++)
        status = walk_page(walk, tree_node_child(tree_page_node(page, i)), depth - 1, error);
    return status;
}

bf_status tree_walk(int fd, const char *file, const struct tree_root *root, uint64_t page_count, bf_error *error)
{
    if (root->page == TREE_NO_PAGE) return BF_OK;
    struct tree_walk walk = {fd, file, page_count, page_count};
    return walk_page(&walk, root->page, root->depth, error);
}
