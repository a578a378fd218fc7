/* Failure: how a function says what went wrong. The codes are the public ones. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "backfile.h"

#include <stdarg.h>

/* Fills `error` (may be NULL) with the status and a formatted line, and returns the status, so that a
 * failing function ends with `return fail(error, BF_IO, "...")`. */
bf_status fail(bf_error *error, bf_status status, const char *format, ...) __attribute__((format(printf, 3, 4), cold));

/* Like fail, with ": " and the system's words for `errnum` appended; the status is BF_NO_MEMORY for ENOMEM,
 * BF_IO otherwise. */
bf_status fail_system(bf_error *error, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4), cold));

bf_status fail_memory(bf_error *error) __attribute__((cold));

/* Decoders return NULL or the rule that the bytes break; this in its place when memory was refused, which is no damage. */
extern const char memory_rule[];

/* Puts a formatted text and ": " before the message already there: what was being done. */
bf_status fail_within(bf_error *error, bf_status status, const char *format, ...) __attribute__((format(printf, 3, 4), cold));

#endif
