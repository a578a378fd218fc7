/* What a writer keeps; shared by the files of this folder only. */
#ifndef COMMIT_WRITER_STATE_H
#define COMMIT_WRITER_STATE_H

#include "analyzer.h"
#include "build_lines.h"
#include "crew.h"
#include "segment_builder.h"
#include "snapshot.h"
#include "string_table.h"

/* A segment as the next commit will list it. Invariant: the writer's list is in the order of first arrivals. */
struct writer_segment {
    struct segment *segment;      /* open for reading; its `listed` is kept up to date with the deletions */
    bool is_owned;                /* opened by the writer: written since the last commit; else the snapshot's */
    struct buffer deletions;      /* u32 documents deleted since the last commit */
};

/* A segment that articles are being put into. */
struct writer_build {
    bool busy;                    /* it has articles; the rest means nothing otherwise */
    uint32_t number;
    uint64_t first_arrival;
    struct string_table ids;      /* of them ... */
    struct buffer id_arrivals;    /* ... to when the newest of each arrived: u64 by number, NO_ARRIVAL when deleted */
    struct buffer dead;           /* u64: when articles arrived that were replaced or deleted since */
};

#define NO_ARRIVAL UINT64_MAX

struct background_merge;

struct bf_writer {
    char *path;
    int lock;
    bool sync, merge;
    bool base_synced;     /* the segments of the commit it rests on are on disk */
    uint64_t memory;
    struct analyzer *analyzer;
    struct manifest_store *store;
    struct manifest_head head;      /* as the next commit will write it, but for the generation */
    uint64_t committed;             /* generation of the last commit; 0: there was none */
    struct snapshot *snapshot;      /* of the last commit; NULL: there was none */
    struct writer_segment *segments;
    uint32_t segment_count, segment_room;
    uint32_t *removed;              /* numbers of committed segments that merges have replaced */
    uint32_t removed_count;
    bool loaded;                    /* the last commit was read, so that it is known which files are its own */
    bool changed;                   /* something to commit */
    bool broken;                    /* a failure left it unfit for anything but closing */
    uint64_t next_arrival;          /* when the next article arrives */
    /* Articles not yet in a segment of the list: */
    uint32_t threads;               /* that build; 1: the caller's own does */
    struct writer_build *builds;    /* `threads` of them */
    struct segment_builder builder; /* of builds[0], in the caller's thread, while there are no lines */
    struct build_lines *lines;      /* NULL: there was never a whole batch */
    struct build_line_state *line_states;
    struct article_batch *batch;    /* being filled; NULL: none */
    uint32_t batch_line;            /* for which line */
    struct buffer record;
    struct background_merge *merging; /* NULL: none is under way */
};

/* Opens what the rest of this folder keeps of articles not yet in a segment, and gives it up. */
bf_status writer_builds_open(struct bf_writer *writer, bf_error *error);
void writer_builds_close(struct bf_writer *writer);

/* Adds an article that breaks no rule. */
bf_status writer_add(struct bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error);

/* Deletes the article of an id wherever it is. */
bf_status writer_delete_id(struct bf_writer *writer, const char *id, size_t length, bool *found, bf_error *error);

/* Brings the articles in memory into segments of the list. */
bf_status writer_flush(struct bf_writer *writer, bf_error *error);

/* Opens a segment and adds it to the list; says where. */
bf_status writer_insert(struct bf_writer *writer, const struct manifest_segment *listed, uint32_t *at, bf_error *error);

/* Marks a live document as deleted. */
bf_status writer_delete_document(struct writer_segment *place, uint32_t doc, bf_error *error);

/* Takes segments [first, end) off the list; committed ones are remembered as removed. */
bf_status writer_drop(struct bf_writer *writer, uint32_t first, uint32_t end, bf_error *error);

/* Counts the words of documents that were deleted since the last commit, and forgets which they are: before they are merged away. */
bf_status count_deleted_words(struct analyzer *analyzer, struct segment *segment, struct buffer *deletions, bf_error *error);

/* Which segments are worth merging (merge_policy.h), within the memory there is for it. */
bf_status writer_merge_due(const struct bf_writer *writer, bool *is_due, uint32_t *first, uint32_t *end, bf_error *error);

/* Whether nothing outside the segments [first, end) arrived between their first article and their last. */
bool writer_segments_alone(const struct bf_writer *writer, uint32_t first, uint32_t end);

/* ---- Merging beside building (writer_background.c) ---- */

/* Begins a merge in a thread of its own if one is due and none is under way. */
bf_status writer_merge_begin(struct bf_writer *writer, bf_error *error);

/* Puts the result of one that is done into the list. `wait`: until it is done. */
bf_status writer_merge_collect(struct bf_writer *writer, bool wait, bf_error *error);

/* Gives it up. */
void writer_merge_abandon(struct bf_writer *writer);

/* The number of the segment it writes; 0: there is none. */
uint32_t writer_merge_number(const struct bf_writer *writer);

/* Whether it reads a segment, which must stay in the list until it is done. */
bool writer_merge_has(const struct bf_writer *writer, uint32_t number);

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
