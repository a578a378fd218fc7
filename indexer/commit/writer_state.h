/* What a writer keeps; shared by the files of this folder only. */
#ifndef COMMIT_WRITER_STATE_H
#define COMMIT_WRITER_STATE_H

#include "analyzer.h"
#include "crew.h"
#include "inverter.h"
#include "segment_writer.h"
#include "snapshot.h"
#include "string_table.h"

/* A segment as the next commit will list it. Invariant: the writer's list is in article order. */
struct writer_segment {
    struct segment *segment;      /* open for reading; its `listed` is kept up to date with the deletions */
    bool is_owned;                /* opened by the writer: written since the last commit; else the snapshot's */
    struct buffer deletions;      /* u32 documents deleted since the last commit */
};

struct bf_writer {
    char *path;
    int lock;
    bool sync, merge;
    bool base_synced;     /* the segments of the commit it rests on are on disk */
    uint64_t memory;
    struct analyzer *analyzer;
    struct manifest_store *store;
    struct manifest_head head;      /* as the next commit will write it, but for the generation */
    struct snapshot *snapshot;      /* of the last commit; NULL: there was none */
    struct writer_segment *segments;
    uint32_t segment_count, segment_room;
    uint32_t *removed;              /* numbers of committed segments that merges have replaced */
    uint32_t removed_count;
    bool loaded;                    /* the last commit was read, so that it is known which files are its own */
    bool changed;                   /* something to commit */
    bool broken;                    /* a failure left it unfit for anything but closing */
    /* Articles not yet in a segment: */
    struct segment_writer *building; /* their stored part; NULL: there are none */
    uint32_t building_number;
    struct inverter *inverter;
    uint64_t token_count;
    struct string_table ids;        /* of them ... */
    struct buffer id_docs;          /* ... to the newest document of each: u32 by number, NO_DOCUMENT when deleted */
    struct buffer dead_docs;        /* u32: documents replaced or deleted before they came into a segment */
    struct buffer record;
};

/* Brings the articles in memory into a segment of their own. */
bf_status writer_flush(struct bf_writer *writer, bf_error *error);

/* Adds an open segment to the list at a place. */
bf_status writer_insert(struct bf_writer *writer, uint32_t at, const struct manifest_segment *listed, bf_error *error);

/* Marks a live document as deleted. */
bf_status writer_delete_document(struct writer_segment *place, uint32_t doc, bf_error *error);

/* Takes segments [first, end) off the list; committed ones are remembered as removed. */
bf_status writer_drop(struct bf_writer *writer, uint32_t first, uint32_t end, bf_error *error);

struct writer_reordering {
    struct crew *crew;
    bf_reorder_report *report;
};

/* How a commit is to merge. */
struct writer_merging {
    uint32_t wanted;                       /* down to so many segments; 0: what merge_policy.h says */
    struct writer_reordering *reordering;  /* of every segment that is left; NULL: none */
};

bf_status writer_merge_segments(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error);

/* `merging`: NULL: leave the segments as they are. */
bf_status writer_commit(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error);

/* Takes the snapshot of the last commit and makes the list of segments from it. */
bf_status writer_load(struct bf_writer *writer, bf_error *error);
void writer_unload(struct bf_writer *writer);

/* Removes segment files that no commit names. Only while `loaded`. */
bf_status writer_sweep(struct bf_writer *writer, bf_error *error);

/* Waits until the index's folder itself is on disk: the names of its files. */
bf_status writer_sync_folder(const struct bf_writer *writer, bf_error *error);

#endif
