/* Records out of a manifest whose trees are damaged: page by page, from those that are whole. */
#include "status.h"
#include "store.h"
#include "tree_page.h"
#include "tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bf_status manifest_loose_page(const uint8_t *page, uint64_t page_count, const void *key, size_t key_length,
                                     bf_status (*callback)(void *context, const struct store_entry *entry, bf_error *error),
                                     void *context, bf_error *error)
{
    bf_status status = BF_OK;
    if (tree_page_flags(page) != TREE_LEAF || tree_page_rule(page, page_count)) return BF_OK;
    for (unsigned i = 0; status == BF_OK && i < tree_page_count(page); i++) {
        const uint8_t *node = tree_page_node(page, i);
        struct store_entry entry = {tree_node_key(node), tree_node_data(node), tree_node_key_size(node), tree_node_size(node)};
        if (tree_node_flags(node) == 0 && entry.key_length == key_length && memcmp(entry.key, key, key_length) == 0)
            status = callback(context, &entry, error);
    }
    return status;
}

bf_status manifest_each_loose(const char *index_path, const void *key, size_t key_length,
                              bf_status (*callback)(void *context, const struct store_entry *entry, bf_error *error),
                              void *context, bf_error *error)
{
    char path[PATH_MAX];
    uint8_t page[TREE_PAGE];
    struct stat about;
    snprintf(path, sizeof path, "%s/manifest.lmdb", index_path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? BF_OK : fail_system(error, errno, "%s", path);
    bf_status status = fstat(fd, &about) == 0 ? BF_OK : fail_system(error, errno, "%s", path);
    uint64_t page_count = status == BF_OK ? (uint64_t)about.st_size / TREE_PAGE : 0;
    for (uint64_t number = 2; status == BF_OK && number < page_count; number++) {
        status = tree_page_read(fd, path, number, page, error);
        if (status == BF_OK) status = manifest_loose_page(page, page_count, key, key_length, callback, context, error);
    }
    close(fd);
    return status;
}
