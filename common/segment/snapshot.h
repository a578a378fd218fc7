/*
 * All of one commit and nothing of any other: the segments the manifest named, their deletions, and the statistics over all of
 * them. A snapshot serves one thread; it holds a read transaction on the manifest until it is closed.
 */
#ifndef SEGMENT_SNAPSHOT_H
#define SEGMENT_SNAPSHOT_H

#include "adjusted_form.h"
#include "dictionary.h"
#include "manifest.h"
#include "segment.h"
#include "snapshot_order.h"

struct snapshot {
    char *path;                     /* of the index */
    struct manifest_store *store;
    struct manifest_transaction *transaction;
    struct manifest_head head;
    struct segment **segments;      /* in the order of their first arrivals */
    uint32_t segment_count;
    struct snapshot_order order;    /* of all articles */
    uint64_t article_count;         /* live */
    uint64_t token_count;           /* words of live articles */
};

/* BF_NOT_FOUND: there is no index, or nothing was ever committed to it. */
bf_status snapshot_open(const char *path, struct snapshot **snapshot, bf_error *error);
void snapshot_close(struct snapshot *snapshot);

/* Run `i` of arrivals, below order.run_count: the articles of all runs, one after the other, are all in the order of arrival. */
static inline struct snapshot_run snapshot_run(const struct snapshot *snapshot, uint32_t i)
{
    if (snapshot->order.runs) return snapshot->order.runs[i];
    return (struct snapshot_run){i, 0, snapshot->segments[i]->meta.doc_count, snapshot->segments[i]->meta.first_arrival};
}

/* Whether a later commit exists. */
bf_status snapshot_is_stale(const struct snapshot *snapshot, bool *stale, bf_error *error);

/* The average length of a live article in words. */
float snapshot_average(const struct snapshot *snapshot);

/* The live counts of a term in one segment: the dictionary's less what deletions took. `title_df` is only known with a cursor:
 * pass what it says. */
bf_status snapshot_adjust(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term, uint32_t term_length,
                          struct term_adjustment *adjustment, bf_error *error);

/* What deletions took from a form of the term (the dictionary's term, with its field byte). */
bf_status snapshot_adjust_form(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term,
                               uint32_t term_length, const uint8_t *form, uint32_t form_length, struct form_counts *taken,
                               bf_error *error);

/* The same for all its forms, one after the other. The reader borrows the term, and lives as long as the snapshot. */
bf_status snapshot_adjusted_forms(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term,
                                  uint32_t term_length, struct adjusted_form_reader *reader, bf_error *error);

/* The live document of an id. BF_NOT_FOUND. */
bf_status snapshot_find_id(struct snapshot *snapshot, const char *id, size_t length, uint32_t *segment, uint32_t *doc,
                           bf_error *error);

#endif
