#include "present.h"

/* Walks the positive leaves, recursing as deep as the tree is; fills `leaves` unless it is NULL, and *wanted with the leaf
 * whose number is `number`. Returns the number after the last. */
static uint32_t leaves_walk(const struct query_node *node, uint32_t next, const struct query_node **leaves, uint32_t number,
                            const struct query_node **wanted)
{
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) {
        if (leaves) leaves[next] = node;
        if (wanted && next == number) *wanted = node;
        return next + 1;
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        if (node->children[i]->occur != QUERY_MUST_NOT) next = leaves_walk(node->children[i], next, leaves, number, wanted);
    return next;
}

uint32_t query_leaf_count(const struct query *query) { return leaves_walk(query->root, 0, NULL, 0, NULL); }

void query_leaves(const struct query *query, const struct query_node **leaves) { leaves_walk(query->root, 0, leaves, 0, NULL); }

const struct query_node *query_leaf(const struct query *query, uint32_t i)
{
    const struct query_node *wanted = NULL;
    leaves_walk(query->root, 0, NULL, i, &wanted);
    return wanted;
}
