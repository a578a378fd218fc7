/*
 * Datelines: the words before a story's first sentence that say where, when and by which agency it was written.
 *
 *     TOKYO, Jan. 5 (Kyodo) -- Japan said        PARIS/LONDON (AP) — The                BERLIN, 5. Januar (dpa) - Die
 *     WASHINGTON, D.C. – The                     SALVADOR, Feb 26 - Showers             NEW YORK, March 2, 2004 /PRNewswire/ -- A
 *     Toronto, Feb 26 - A                        [TOKYO, Jan 5, Kyodo] The              【ワシントン共同】
 *
 * What makes a dateline: it stands at the very beginning, in one line, in fewer than 120 characters; a place written in
 * capitals (its region after a comma need not be) or followed by a date or an agency that is known; and a dash, or a bracket's
 * end.
 */
#ifndef READER_DATELINE_H
#define READER_DATELINE_H

#include "backfile.h"

struct dateline {
    bf_text place;         /* absent: only a known agency in brackets is named */
    bf_text source;        /* absent: no agency named */
    int year, month, day;  /* 0: not said */
    size_t length;         /* bytes from the beginning of the text to behind the dash and the spaces after it */
};

/* False: the text does not begin with a dateline. */
bool dateline_parse(bf_text text, struct dateline *dateline);

/* The same for a line that holds nothing else: neither dash nor agency is needed, but the place must be in capitals. */
bool dateline_line_parse(bf_text line, struct dateline *dateline);

#endif
