/*
 * What the store and the manifest decode themselves, on any bytes: LMDB's pages, the seal, the manifest's records, a
 * segment's meta record. The first byte chooses. Checksums are put right where a record has one, so that what lies behind
 * them is reached.
 */
#include "checksum.h"
#include "adjusted_form.h"
#include "part_of_fuzzer.h"
#include "seal_record.h"
#include "segment_meta.h"
#include "tree_page.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

/* All that a page without a broken rule promises lies within it. */
static void fuzz_page(const uint8_t *data, size_t size)
{
    const uint64_t page_count = 100;
    uint8_t *page = calloc(1, TREE_PAGE); /* of its own, so that a sanitizer sees a step beyond */
    if (!page) return;
    memcpy(page, data, size < TREE_PAGE ? size : TREE_PAGE);
    if (!tree_page_rule(page, page_count)) {
        for (unsigned i = 0; i < tree_page_count(page); i++) {
            const uint8_t *node = tree_page_node(page, i);
            require(tree_node_key(node) + tree_node_key_size(node) <= page + TREE_PAGE);
            if (tree_page_flags(page) == TREE_BRANCH) {
                require(tree_node_child(node) < page_count);
            } else if (tree_node_flags(node) == TREE_BIG_DATA) {
                require(tree_node_data(node) + 8 <= page + TREE_PAGE);
                require(load_u64(tree_node_data(node)) < page_count);
            } else {
                struct tree_root root;
                require(tree_node_data(node) + tree_node_size(node) <= page + TREE_PAGE);
                if (tree_node_flags(node) == TREE_SUB_DATABASE && !tree_database_rule(tree_node_data(node), page_count, &root))
                    require(root.page == TREE_NO_PAGE || root.page < page_count);
            }
        }
    }
    struct tree_meta meta;
    if (!tree_meta_rule(page, &meta) && !meta.root_rule) {
        require(meta.main.page == TREE_NO_PAGE || meta.main.page <= meta.last_page);
        require(meta.free.page == TREE_NO_PAGE || meta.free.page <= meta.last_page);
        require(meta.main.depth <= TREE_DEPTH_MOST && meta.free.depth <= TREE_DEPTH_MOST);
    }
    free(page);
}

/* The bytes as the entries and the numbers of a seal behind two pages. */
static void fuzz_seal(const uint8_t *data, size_t size)
{
    struct buffer file = {0};
    struct seal_record record;
    buffer_append_zeros(&file, 2 * TREE_PAGE);
    buffer_append(&file, data, size);
    buffer_append_zeros(&file, 4);
    buffer_append(&file, "Seal", 4);
    if (!file.failed && size >= 24) {
        uint64_t entries = (uint64_t)SEAL_ENTRY * ((uint64_t)load_u32(data + size - 20) + load_u32(data + size - 16));
        if (entries + 24 <= size)
            store_u32(file.bytes + file.length - 8, checksum(0, data + size - 24 - entries, (size_t)entries + 24));
        if (!seal_record_decode(file.bytes, file.length, file.length, &record))
            require((uint64_t)record.page_count * TREE_PAGE + SEAL_ENTRY * ((uint64_t)record.first_count + record.terms_count) +
                        SEAL_RECORD == file.length);
    }
    buffer_free(&file);
}

static void fuzz_adjustment(const uint8_t *bytes, size_t size)
{
    struct term_adjustment adjustment;
    struct adjusted_form_reader forms;
    size_t taken;
    bool more = true;
    if (!manifest_adjustment_decode(bytes, size, &adjustment, &taken)) require(taken + 4 <= size);
    if (adjusted_form_open(&forms, bytes, size, (const uint8_t *)"strike", 6)) return;
    while (more && !adjusted_form_next(&forms, &more)) require(forms.form_length <= FORM_MAX);
}

static void fuzz_records(uint8_t which, const uint8_t *data, size_t size)
{
    struct manifest_head head;
    struct manifest_segment *segments = NULL;
    struct segment_meta meta;
    uint32_t count;
    uint64_t words[DELETED_PIECE / 64];
    uint8_t *bytes = malloc(size ? size : 1);
    if (!bytes) return;
    memcpy(bytes, data, size);
    if (size >= 4) store_u32(bytes + size - 4, checksum(0, bytes, size - 4));
    switch (which % 5) {
    case 0:
        if (!manifest_head_decode(bytes, size, &head)) require(strlen(head.analyzer) < sizeof head.analyzer);
        break;
    case 1:
        if (!manifest_segments_decode(bytes, size, &segments, &count))
            for (uint32_t i = 0; i < count; i++) require(segments[i].deleted_count <= segments[i].doc_count);
        free(segments);
        break;
    case 2: manifest_deleted_decode(bytes, size, words); break;
    case 3: fuzz_adjustment(bytes, size); break;
    case 4:
        if (!segment_meta_decode(bytes, size, &meta)) require(meta.doc_count > 0);
        break;
    }
    free(bytes);
}

static const char *const parts[] = {"page", "seal", "index", "segments", "deleted", "adjustment", "meta"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    uint8_t part = part_of_fuzzer(parts, 7, data[0]) % 7;
    if (part == 0) fuzz_page(data + 1, size - 1);
    else if (part == 1) fuzz_seal(data + 1, size - 1);
    else fuzz_records((uint8_t)(part - 2), data + 1, size - 1);
    return 0;
}
