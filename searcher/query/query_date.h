/* Dates in a query: 2007, 2007-03, 2007-03-01, "March 2007", and from..to, either end of which may be left open. */
#ifndef QUERY_DATE_H
#define QUERY_DATE_H

#include "query_note.h"

#include <stddef.h>

enum { QUERY_DATE_SIZE = 2 * 32 + 3 };

/* Reads the text as [*from, *to) in seconds since 1970, INT64_MIN and INT64_MAX where it is open, and writes it in
 * canonical form. A range whose ends are the wrong way round is turned, and noted. False: it is not a date. */
bool query_date_read(const char *text, size_t length, int64_t *from, int64_t *to, char canonical[QUERY_DATE_SIZE],
                     struct query_notes *notes);

#endif
