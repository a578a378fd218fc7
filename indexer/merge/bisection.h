/*
 * An order of documents in which those that share many terms stand close together, so that gaps in posting lists are small and
 * the bounds of a page or cell are of one topic: recursive graph bisection (Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev and
 * Shalita, "Compressing Graphs and Indexes with Recursive Graph Bisection", KDD 2016).
 *
 * The documents are cut in halves, and as long as that makes the logarithms of the gaps to be expected smaller, documents that
 * are better off in the other half change places with others that are; then each half is cut, and so on. From Mackenzie, Petri
 * and Moffat ("Tradeoff Options for Bipartite Graph Partitioning", TKDE 2021) are the selection of what changes places without
 * sorting, and an end to the rounds before the last small gain. Halves are of whole cells of 16 documents, the least that
 * posting lists have bounds of.
 *
 * Pure computation, and always the same: threads only divide the work.
 */
#ifndef MERGE_BISECTION_H
#define MERGE_BISECTION_H

#include "crew.h"

#include <stddef.h>

/* Which terms (below term_count) each document has: the bipartite graph. */
struct bisection_graph {
    uint32_t doc_count, term_count;
    uint32_t *terms;           /* the documents' lists, one after the other, each without repetition */
    uint32_t *starts, *counts; /* of each document: where its list begins and how many terms it has */
};

/* Bytes that are taken beside the graph itself. */
size_t bisection_memory(uint32_t doc_count, uint32_t term_count, uint32_t threads);

/* order[i]: the document that is to be number i. The graph's lists are used up. */
bf_status bisection_order(struct bisection_graph *graph, struct crew *crew, uint32_t *order, bf_error *error);

#endif
