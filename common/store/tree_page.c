#include "tree_page.h"

enum {
    META_MAGIC = 16,     /* offsets in a meta page */
    META_ADDRESS = 24,
    META_MAP_SIZE = 32,
    META_FREE = 40,      /* the database of free pages, then the main one */
    META_MAIN = META_FREE + TREE_DATABASE,
    META_LAST_PAGE = META_MAIN + TREE_DATABASE,
    META_TRANSACTION = META_LAST_PAGE + 8,
    DATABASE_FLAGS = 4,  /* offsets in a database's description */
    DATABASE_DEPTH = 6,
    DATABASE_ROOT = 40,
    FLAG_OVERFLOW = 4,
    FLAG_META = 8,
    FLAG_INTEGER_KEYS = 8,
    FLAG_NO_FOLDER = 0x4000, /* how the file was opened */
    KEY_MOST = 511,
};
#define MAP_SIZE_MOST (UINT64_C(1) << 44)

static const char *branch_node_rule(const uint8_t *node, uint64_t page_count)
{
    uint64_t child = tree_node_child(node);
    return child < 2 || child >= page_count ? "a branch points to a page that is not in the file" : NULL;
}

static const char *leaf_node_rule(const uint8_t *node, size_t room, uint64_t page_count)
{
    uint64_t size = tree_node_size(node);
    unsigned flags = tree_node_flags(node);
    if (flags != 0 && flags != TREE_BIG_DATA && flags != TREE_SUB_DATABASE) return "a node has unknown flags";
    if (flags == TREE_SUB_DATABASE && size != TREE_DATABASE) return "a database's description has the wrong size";
    if (flags != TREE_BIG_DATA) return size > room ? "a node does not fit in its page" : NULL;
    if (room < 8) return "a node does not fit in its page";
    uint64_t first = load_u64(tree_node_data(node)), pages = (TREE_PAGE_HEAD + size + TREE_PAGE - 1) / TREE_PAGE;
    return first < 2 || first >= page_count || pages > page_count - first ? "a value's pages are not in the file" : NULL;
}

const char *tree_page_rule(const uint8_t page[TREE_PAGE], uint64_t page_count)
{
    unsigned flags = tree_page_flags(page), lower = load_u16(page + 12), upper = load_u16(page + 14);
    if (flags != TREE_BRANCH && flags != TREE_LEAF) return "a page is neither branch nor leaf";
    if (lower < TREE_PAGE_HEAD || lower % 2 || lower > upper || upper > TREE_PAGE) return "a page's bounds are not within it";
    unsigned count = tree_page_count(page);
    if (count < (flags == TREE_BRANCH ? 2 : 1)) return "a page has too few nodes";
    for (unsigned i = 0; i < count; i++) {
        unsigned at = load_u16(page + TREE_PAGE_HEAD + 2 * i);
        if (at < upper || at % 2 || at > TREE_PAGE - TREE_NODE_HEAD) return "a node is not within its page";
        const uint8_t *node = page + at;
        size_t room = TREE_PAGE - TREE_NODE_HEAD - at;
        unsigned key_size = tree_node_key_size(node);
        if (key_size > room || key_size > KEY_MOST) return "a key does not fit in its page";
        const char *rule = flags == TREE_BRANCH ? branch_node_rule(node, page_count)
                                                : leaf_node_rule(node, room - key_size, page_count);
        if (rule) return rule;
    }
    return NULL;
}

const char *tree_overflow_rule(const uint8_t head[TREE_PAGE_HEAD], uint64_t number, uint64_t size, uint64_t page_count,
                               uint64_t *pages)
{
    *pages = load_u32(head + 12);
    if (tree_page_number(head) != number) return "a value's page says that it is another";
    if (!(tree_page_flags(head) & FLAG_OVERFLOW)) return "a value's page is not one";
    if (*pages < (TREE_PAGE_HEAD + size + TREE_PAGE - 1) / TREE_PAGE) return "a value has fewer pages than it needs";
    return *pages > page_count - number ? "a value's pages are not in the file" : NULL;
}

static const char *tree_root_read(const uint8_t *database, uint64_t last_page, struct tree_root *root)
{
    *root = (struct tree_root){load_u64(database + DATABASE_ROOT), load_u16(database + DATABASE_DEPTH)};
    if (root->page == TREE_NO_PAGE) return root->depth == 0 ? NULL : "a tree without a root has no depth";
    if (root->page < 2 || root->page > last_page) return "a root is not in the file";
    return root->depth == 0 || root->depth > TREE_DEPTH_MOST ? "a tree has an impossible depth" : NULL;
}

const char *tree_meta_rule(const uint8_t page[TREE_PAGE], struct tree_meta *meta)
{
    if (load_u32(page + META_MAGIC) == 0xDEC0EFBE) return "it was made on a machine of the other byte order";
    if (tree_page_flags(page) != FLAG_META || load_u32(page + META_MAGIC) != 0xBEEFC0DE || load_u32(page + META_MAGIC + 4) != 1)
        return "it does not begin as an LMDB file of data format 1";
    if (load_u64(page + META_ADDRESS) != 0) return "it wants to be mapped at an address of its own";
    if (load_u64(page + META_MAP_SIZE) > MAP_SIZE_MOST) return "it wants to be mapped larger than any file of Backfile's";
    /* The first database's pad is the size of a page. */
    if (load_u32(page + META_FREE) != TREE_PAGE)
        return "its pages are not of 4096 bytes: it was made on a machine with others";
    if ((load_u16(page + META_FREE + DATABASE_FLAGS) & ~FLAG_NO_FOLDER) != FLAG_INTEGER_KEYS ||
        load_u16(page + META_MAIN + DATABASE_FLAGS) != 0)
        return "its databases are not of the kind Backfile makes";
    *meta = (struct tree_meta){.transaction = load_u64(page + META_TRANSACTION), .last_page = load_u64(page + META_LAST_PAGE)};
    if (meta->last_page > UINT32_MAX) return "it claims to have more pages than a file can have";
    meta->root_rule = tree_root_read(page + META_FREE, meta->last_page, &meta->free);
    const char *rule = tree_root_read(page + META_MAIN, meta->last_page, &meta->main);
    if (!meta->root_rule) meta->root_rule = rule;
    return NULL;
}

const char *tree_database_rule(const uint8_t description[TREE_DATABASE], uint64_t page_count, struct tree_root *root)
{
    if (load_u16(description + DATABASE_FLAGS) != 0) return "a database is not of the kind Backfile makes";
    return tree_root_read(description, page_count - 1, root);
}
