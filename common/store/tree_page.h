/*
 * LMDB's pages (its data format version 1, in every 0.9), read with distrust. LMDB itself believes what its pages say: a
 * flipped bit in a page's own notes is a crash, not an error. So pages are looked at here before LMDB is let near them. No
 * I/O: bytes in, a verdict out.
 *
 *     page    u64 number | u16 pad | u16 flags | u16 lower | u16 upper | u16 each: where a node is | free | nodes
 *     node    u32 low bits of a child's page, or size of the data | u16 high bits, or flags | u16 size of the key | key | data
 *
 * A run of overflow pages holds one value, after a page's head of 16 bytes; its node holds the number of the first.
 */
#ifndef STORE_TREE_PAGE_H
#define STORE_TREE_PAGE_H

#include "bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TREE_PAGE = 4096,
    TREE_PAGE_HEAD = 16,
    TREE_NODE_HEAD = 8,
    TREE_BRANCH = 1,      /* flags of a page */
    TREE_LEAF = 2,
    TREE_BIG_DATA = 1,    /* flags of a node */
    TREE_SUB_DATABASE = 2,
    TREE_DATABASE = 48,   /* bytes that describe a database */
    TREE_DEPTH_MOST = 32,
};
#define TREE_NO_PAGE UINT64_MAX

static inline uint64_t tree_page_number(const uint8_t *page) { return load_u64(page); }
static inline unsigned tree_page_flags(const uint8_t *page) { return load_u16(page + 10); }
static inline unsigned tree_page_count(const uint8_t *page) { return (load_u16(page + 12) - (unsigned)TREE_PAGE_HEAD) / 2; }

/* i below the count, of a page without a broken rule. */
static inline const uint8_t *tree_page_node(const uint8_t *page, unsigned i)
{
    return page + load_u16(page + TREE_PAGE_HEAD + 2 * i);
}

static inline uint64_t tree_node_child(const uint8_t *node) { return load_u32(node) | (uint64_t)load_u16(node + 4) << 32; }
static inline uint32_t tree_node_size(const uint8_t *node) { return load_u32(node); }
static inline unsigned tree_node_flags(const uint8_t *node) { return load_u16(node + 4); }
static inline unsigned tree_node_key_size(const uint8_t *node) { return load_u16(node + 6); }
static inline const uint8_t *tree_node_key(const uint8_t *node) { return node + TREE_NODE_HEAD; }
static inline const uint8_t *tree_node_data(const uint8_t *node) { return node + TREE_NODE_HEAD + tree_node_key_size(node); }

/* NULL, or the rule that a branch or leaf breaks. Afterwards everything above is within the page, and pages it points to
 * are below `page_count`. */
const char *tree_page_rule(const uint8_t page[TREE_PAGE], uint64_t page_count);

/* NULL, or the rule that the head of a value's own pages breaks, the first of them being `number`, below `page_count`. Their number
 * may be more than the value needs. */
const char *tree_overflow_rule(const uint8_t head[TREE_PAGE_HEAD], uint64_t number, uint64_t size, uint64_t page_count,
                               uint64_t *pages);

/* What a meta page says of the whole file. */
struct tree_meta {
    uint64_t transaction;
    uint64_t last_page;
    struct tree_root {
        uint64_t page;             /* TREE_NO_PAGE: empty */
        unsigned depth;
    } free, main;
    const char *root_rule;         /* NULL, or the rule that these two break */
};

/* NULL, or the rule that a meta page breaks, but for its roots: where the last write of a commit failed, LMDB puts the number of an
 * earlier one back, but leaves the new roots. Nobody goes by them, unless it is the newer page of the two. */
const char *tree_meta_rule(const uint8_t page[TREE_PAGE], struct tree_meta *meta);

/* NULL, or the rule that the description of a named database breaks: the data of a node with TREE_SUB_DATABASE. */
const char *tree_database_rule(const uint8_t description[TREE_DATABASE], uint64_t page_count, struct tree_root *root);

#endif
