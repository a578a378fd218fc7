/*
 * What a disk may hold after the power went, by a record of fault_calls.h. What was synced is there. Of what was not, any part may
 * be: of each write any of its sectors, whether or not an earlier write arrived; a new length without the bytes; a name, or
 * not, until its folder was synced (POSIX promises a new name nothing else, though some file systems are kinder).
 */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include "fault_calls.h"

#include <stddef.h>

struct fault_item {
    struct fault_entry entry;
    const uint8_t *bytes;   /* entry.length of them, in the record's */
};

struct fault_record {
    uint8_t *bytes;
    struct fault_item *items;
    size_t count;
};

/* Reads the whole record; ends the process where it can't. */
void fault_record_read(const char *path, struct fault_record *record);
void fault_record_free(struct fault_record *record);

/* Of 100 unsynced writes, names and lengths so many arrived. 0 and 100: none, all. */
struct fault_cut {
    size_t done;        /* entries that were done when the power went */
    unsigned kept;
    unsigned sector;    /* bytes that arrive or don't: 512 or 4096 */
    uint64_t seed;      /* not 0 */
};

/* Makes the folder, which must not be there, hold that. */
void fault_disk_make(const struct fault_record *record, const struct fault_cut *cut, const char *folder);

#endif
