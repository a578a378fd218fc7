/*
 * Room for many bytes that is not the process's own memory: each a nameless file of a folder, mapped. The system writes its pages
 * to the disk when memory is wanted elsewhere, and what is left when the process ends, however it ends, is nothing.
 *
 * A page is only ever touched whose place on the disk is reserved, or a full disk would be a SIGBUS. Where the disk, the file
 * system or the process's limits refuse room, the caller is told and can go on in memory.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which folder, and from how many bytes on a file is worth it. */
struct scratch {
    const char *folder;
    size_t least;
};

enum { SCRATCH_LEAST = 1 << 20 };

/* A nameless file in the folder; -1: refused. */
int scratch_open(const struct scratch *scratch);

/* Whether a file has a name that scratch_open may leave when the process is killed at that moment. */
bool scratch_is_left(const char *name);

/* Makes the file's `size` bytes `room` and maps them all, elsewhere than `bytes` if need be (NULL: it has none yet). NULL: refused,
 * and everything is as it was. */
uint8_t *scratch_grow(int file, uint8_t *bytes, size_t size, size_t room);

/* Gives all of it back; `bytes` NULL: nothing was mapped. */
void scratch_close(int file, uint8_t *bytes, size_t size);

#endif
