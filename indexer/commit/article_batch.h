/* Articles on their way to the thread that builds a segment of them. */
#ifndef COMMIT_ARTICLE_BATCH_H
#define COMMIT_ARTICLE_BATCH_H

#include "backfile.h"
#include "buffer.h"

struct article_batch {
    struct article_batch *next;
    uint64_t first_arrival;  /* the others follow */
    uint32_t segment;        /* the number of the segment they are for */
    bool last;               /* the segment is complete with them */
    struct buffer records;   /* article_record.h, one after the other ... */
    struct buffer ends;      /* ... up to here: size_t each */
};

/* False: memory refused. */
bool article_batch_add(struct article_batch *batch, const bf_article *article);
void article_batch_free(struct article_batch *batch); /* accepts NULL */

#endif
