#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t used, room;
    alignas(16) uint8_t bytes[];
};

enum { ARENA_FIRST_BLOCK = 4096 - sizeof(struct arena_block) };

void *arena_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4) return NULL;
    size_t rounded = (size + 15) & ~(size_t)15;
    struct arena_block *block = arena->newest;
    if (!block || block->room - block->used < rounded) {
        size_t room = block ? block->room * 2 : (size_t)ARENA_FIRST_BLOCK;
        if (room < rounded) room = rounded;
        block = malloc(sizeof *block + room);
        if (!block) return NULL;
        *block = (struct arena_block){.older = arena->newest, .room = room};
        arena->newest = block;
        arena->total += sizeof *block + room;
    }
    void *piece = block->bytes + block->used;
    block->used += rounded;
    return piece;
}

void *arena_take_zeroed(struct arena *arena, size_t size)
{
    void *piece = arena_take(arena, size);
    if (piece) memset(piece, 0, size);
    return piece;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t length)
{
    char *copy = arena_take(arena, length + 1);
    if (!copy) return NULL;
    if (length) memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static void arena_free_chain(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_clear(struct arena *arena)
{
    struct arena_block *kept = arena->newest;
    if (!kept) return;
    arena_free_chain(kept->older); /* the newest is the largest, or made for one large piece */
    kept->older = NULL;
    kept->used = 0;
    arena->total = sizeof *kept + kept->room;
}

void arena_free(struct arena *arena)
{
    if (!arena) return;
    arena_free_chain(arena->newest);
    *arena = (struct arena){0};
}
