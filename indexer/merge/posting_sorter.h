/* Brings the postings of one term into the order of documents that were numbered anew, and all that belongs to them along. */
#ifndef MERGE_POSTING_SORTER_H
#define MERGE_POSTING_SORTER_H

#include "buffer.h"

struct posting_sorter {
    struct buffer order, spare; /* u64 a posting: document in the high half, which posting it was in the low */
    struct buffer moved;        /* where values are put in order */
    struct buffer starts;       /* u64 a posting: where its occurrences begin */
};

/* Sorts the documents (u32 each, all different) and remembers what went where. False, as in the next: memory refused. */
bool posting_sorter_documents(struct posting_sorter *sorter, struct buffer *docs);

/* Brings along a value (u32) of each posting, ... */
bool posting_sorter_postings(struct posting_sorter *sorter, struct buffer *values);
/* ... or of each occurrence; `tfs` (u32 each): how many every posting has, still in the order before. */
bool posting_sorter_occurrences(struct posting_sorter *sorter, const struct buffer *tfs, struct buffer *values);

void posting_sorter_free(struct posting_sorter *sorter);

#endif
