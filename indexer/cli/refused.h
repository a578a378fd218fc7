/*
 * What becomes of refused records: a line each on standard error, or, when there is a file for them, an object each in it:
 *
 *     {"path", "record", "line", "byte", "id", "rule", "bytes"}
 *
 * Bytes that are not UTF-8 come as "bytes_base64" instead. Members that are not known are left out.
 */
#ifndef CLI_REFUSED_H
#define CLI_REFUSED_H

#include "progress.h"
#include "reader.h"

#include <stdio.h>

struct refused {
    const char *path;          /* of the file; NULL: standard error */
    FILE *file;
    struct progress *progress; /* to be cleared before anything is said */
    uint64_t count;
    int errnum;                /* why the file could not be written; 0: it could */
};

bf_status refused_open(struct refused *refused, const char *path, struct progress *progress, bf_error *error);
void refused_record(struct refused *refused, const struct refusal *refusal);

/* Fails when the file could not be written to its end. */
bf_status refused_close(struct refused *refused, bf_error *error);

#endif
