#include "segment_seal.h"

#include "buffer.h"
#include "checksum.h"
#include "seal_record.h"
#include "status.h"
#include "store.h"
#include "tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sealing {
    int fd;
    const char *path;
    struct buffer first, terms;      /* entries: u32 page, u32 checksum */
    struct tree_root terms_root;
    uint64_t page_count;
};

static bf_status seal_tree(struct sealing *sealing, const struct tree_root *root, struct buffer *entries, bf_error *error);

static void seal_page(struct buffer *entries, uint64_t number, const uint8_t page[TREE_PAGE])
{
    buffer_append_u32(entries, (uint32_t)number);
    buffer_append_u32(entries, checksum(0, page, TREE_PAGE));
}

/* The main tree's leaves describe the named databases. */
static bf_status seal_database(struct sealing *sealing, const uint8_t *node, bf_error *error)
{
    struct tree_root root;
    const char *terms = segment_database_name(DATABASE_TERMS);
    bool is_terms = tree_node_key_size(node) == strlen(terms) && memcmp(tree_node_key(node), terms, strlen(terms)) == 0;
    const char *rule = tree_database_rule(tree_node_data(node), sealing->page_count, &root);
    if (rule) return fail(error, BF_CORRUPT, "%s: %s", sealing->path, rule);
    if (is_terms) sealing->terms_root = root;
    return seal_tree(sealing, &root, is_terms ? &sealing->terms : &sealing->first, error);
}

static bf_status seal_below(struct sealing *sealing, uint64_t number, unsigned depth, struct buffer *entries, bf_error *error)
{
    uint8_t page[TREE_PAGE];
    bf_status status = tree_page_read(sealing->fd, sealing->path, number, page, error);
    const char *rule = status == BF_OK ? tree_page_rule(page, sealing->page_count) : NULL;
    if (!rule && status == BF_OK && (tree_page_flags(page) == TREE_LEAF) != (depth == 1))
        rule = "a tree is not of the depth it should have";
    if (rule) return fail(error, BF_CORRUPT, "%s: page %llu: %s", sealing->path, (unsigned long long)number, rule);
    if (status == BF_OK) seal_page(entries, number, page);
    for (unsigned i = 0; status == BF_OK && i < tree_page_count(page); i++) {
        const uint8_t *node = tree_page_node(page, i);
        if (depth > 1) status = seal_below(sealing, tree_node_child(node), depth - 1, entries, error);
        else if (tree_node_flags(node) == TREE_SUB_DATABASE) status = seal_database(sealing, node, error);
    }
    return status;
}

static bf_status seal_tree(struct sealing *sealing, const struct tree_root *root, struct buffer *entries, bf_error *error)
{
    return root->page == TREE_NO_PAGE ? BF_OK : seal_below(sealing, root->page, root->depth, entries, error);
}

static int compare_pages(const void *a, const void *b)
{
    uint32_t first = load_u32(a), second = load_u32(b);
    return (first > second) - (first < second);
}

static void sort_entries(struct buffer *entries)
{
    if (entries->length) qsort(entries->bytes, entries->length / SEAL_ENTRY, SEAL_ENTRY, compare_pages);
}

static bf_status seal_append(struct sealing *sealing, bool sync, bf_error *error)
{
    bf_status status = BF_OK;
    struct buffer out = {0};
    struct seal_record record = {
        .first_count = (uint32_t)(sealing->first.length / SEAL_ENTRY),
        .terms_count = (uint32_t)(sealing->terms.length / SEAL_ENTRY),
        .page_count = (uint32_t)sealing->page_count,
        .terms_root = sealing->terms_root.page == TREE_NO_PAGE ? SEAL_NO_ROOT : (uint32_t)sealing->terms_root.page,
        .terms_depth = sealing->terms_root.depth,
    };
    sort_entries(&sealing->first);
    sort_entries(&sealing->terms);
    buffer_append(&out, sealing->first.bytes, sealing->first.length);
    buffer_append(&out, sealing->terms.bytes, sealing->terms.length);
    seal_record_encode(&record, &out);
    if (out.failed) status = fail_memory(error);
    for (size_t done = 0; status == BF_OK && done < out.length;) {
        ssize_t wrote = pwrite(sealing->fd, out.bytes + done, out.length - done, (off_t)(sealing->page_count * TREE_PAGE + done));
        if (wrote > 0) done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR) status = fail_system(error, wrote ? errno : EIO, "%s: can't write", sealing->path);
    }
    if (status == BF_OK && sync && fsync(sealing->fd) != 0) status = fail_system(error, errno, "%s: can't sync", sealing->path);
    buffer_free(&out);
    return status;
}

bf_status segment_seal_write(const char *path, bool sync, bf_error *error)
{
    struct tree_meta metas[2];
    struct sealing sealing = {.path = path, .terms_root.page = TREE_NO_PAGE};
    sealing.fd = open(path, O_RDWR | O_CLOEXEC);
    if (sealing.fd < 0) return fail_system(error, errno, "%s", path);
    bf_status status = tree_metas_read(sealing.fd, path, metas, error);
    if (status != BF_OK) goto done;
    const struct tree_meta *meta = &metas[metas[1].transaction > metas[0].transaction];
    /* LMDB never writes last pages that are free; the seal stands behind all it counts. */
    sealing.page_count = meta->last_page + 1;
    if (ftruncate(sealing.fd, (off_t)(sealing.page_count * TREE_PAGE)) != 0) {
        status = fail_system(error, errno, "%s: can't write", path);
        goto done;
    }
    for (uint64_t number = 0; status == BF_OK && number < 2; number++) {
        uint8_t page[TREE_PAGE];
        status = tree_page_read(sealing.fd, path, number, page, error);
        if (status == BF_OK) seal_page(&sealing.first, number, page);
    }
    if (status == BF_OK) status = seal_tree(&sealing, &meta->main, &sealing.first, error);
    if (status == BF_OK && (sealing.first.failed || sealing.terms.failed)) status = fail_memory(error);
    if (status == BF_OK) status = seal_append(&sealing, sync, error);
done:
    close(sealing.fd);
    buffer_free(&sealing.first);
    buffer_free(&sealing.terms);
    return status;
}
