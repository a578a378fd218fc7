/* Indexes to be damaged on purpose, and the bytes of their files to put everything right again. */
#ifndef TESTS_DAMAGED_INDEX_H
#define TESTS_DAMAGED_INDEX_H

#include <stddef.h>
#include <stdint.h>

enum { DAMAGED_FILES_MOST = 16 };

struct damaged_index {
    char path[128];
    char names[DAMAGED_FILES_MOST][64];
    uint8_t *bytes[DAMAGED_FILES_MOST]; /* as they were */
    size_t sizes[DAMAGED_FILES_MOST];
    int fds[DAMAGED_FILES_MOST];
    int file_count;
};

/* Takes note of an index. */
void damaged_index_open(struct damaged_index *index, const char *path);
void damaged_index_close(struct damaged_index *index);

/* Writes into a file; `bytes` NULL: what was there. */
void damaged_index_write(const struct damaged_index *index, int file, const void *bytes, size_t length, size_t at);

/* A file is as it was, or all of them are, and no others are there. */
void damaged_index_undo_file(const struct damaged_index *index, int file);
void damaged_index_undo(const struct damaged_index *index);

size_t damaged_index_size(const struct damaged_index *index);

/* ---- Making them ---- */

void damaged_index_make_one_segment(const char *path);

/* The same, its documents no longer numbered as they arrived. */
void damaged_index_make_reordered(const char *path);

/* Several segments, some of their articles deleted or replaced. */
void damaged_index_make_many_segments(const char *path);

/* The same after a few commits more, so that its manifest has free pages. */
void damaged_index_make_many_commits(const char *path);

/* Enough articles for lists in pages, and a dictionary and article blocks of more than a page. */
void damaged_index_make_paged(const char *path);

#endif
