/*
 * Memory that is freed whole: one arena per article read, per query, per result list.
 *
 * Pieces come from blocks that double in size; a piece stays where it is until the arena is cleared or
 * freed. `{0}` is an empty arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *newest; /* the block being filled; older ones chain behind it */
    size_t total;               /* bytes taken from the system */
};

/* Bytes aligned to 16, not set to anything; NULL when memory is refused. Zero bytes give a non-NULL piece. */
void *arena_take(struct arena *arena, size_t size);
void *arena_take_zeroed(struct arena *arena, size_t size);

/* A NUL-terminated copy of the bytes. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);

/* Frees every piece; keeps the largest block for reuse. */
void arena_clear(struct arena *arena);
void arena_free(struct arena *arena);

#endif
