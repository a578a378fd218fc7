/*
 * Stands between the library (and LMDB) and the system calls that write: counts those that touch files of one folder, over all
 * threads, and at the n-th kills the process, lets the call fail, or cuts a write short. Or it records all of them, so that
 * fault_disk.h can say what a disk may hold after the power went.
 *
 * It defines write(2), pwrite(2), open(2) and the like itself, so it is linked into the tests that want it, and only into these;
 * or loaded into a program (fault_calls.so with LD_PRELOAD), which is told by BACKFILE_FAULT what to do: FOLDER:KIND:N:CODE with
 * KIND one of the letters below and CODE a number of errno.h.
 */
#ifndef TESTS_FAULT_CALLS_H
#define TESTS_FAULT_CALLS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
    FAULT_NONE = 'n',       /* only counts */
    FAULT_KILL = 'k',       /* the process is killed instead of the call */
    FAULT_KILL_HALF = 'h',  /* the process is killed after half of a write; instead of any other call */
    FAULT_FAIL = 'f',       /* the call fails with `code`, once */
    FAULT_FULL = 'd',       /* from the call on, whatever would take up space fails with `code` (ENOSPC, EDQUOT) */
    FAULT_SHORT = 's',      /* half of a write is written, and that is what the call returns */
};

struct fault_plan {
    const char *folder;     /* an absolute path; borrowed */
    enum fault_kind kind;
    long at;                /* from 0 */
    int code;
    bool is_dry;            /* nothing waits for the disk, for tests in which nothing happens to the machine */
    int record;             /* a file that takes the record; below 0, or 0: none */
};

/* From here on. NULL: calls pass, uncounted. Files that are open already are not watched. */
void fault_calls_begin(const struct fault_plan *plan);

/* How many calls were counted since. */
long fault_calls_count(void);

/* Puts a mark into the record. */
void fault_calls_mark(uint32_t number);

/* ---- The record: each entry this, and then `length` bytes ---- */

enum fault_deed {
    FAULT_MAKE = 1,         /* a file that was not there; the bytes are its path, as are those of the next three */
    FAULT_MAKE_FOLDER,
    FAULT_RENAME,           /* to this path */
    FAULT_REMOVE,
    FAULT_WRITE,            /* at the offset */
    FAULT_RESIZE,           /* to the offset */
    FAULT_SYNC,             /* everything written to the file before */
    FAULT_SYNC_RANGE,       /* [offset, offset + size): a write to a file opened with O_DSYNC */
    FAULT_SYNC_FOLDER,      /* the names in it; the bytes are its path */
    FAULT_MARK,             /* the offset is its number */
};

struct fault_entry {
    uint32_t deed, file;    /* file: numbered from 0 as they are made */
    uint64_t offset, size;
    uint64_t length;
};

#endif
