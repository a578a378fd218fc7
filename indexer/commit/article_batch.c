#include "article_batch.h"

#include "article_record.h"

#include <stdlib.h>

bool article_batch_add(struct article_batch *batch, const bf_article *article)
{
    article_record_encode(article, &batch->records);
    buffer_append(&batch->ends, &batch->records.length, sizeof batch->records.length);
    return !batch->records.failed && !batch->ends.failed;
}

void article_batch_free(struct article_batch *batch)
{
    if (!batch) return;
    buffer_free(&batch->records);
    buffer_free(&batch->ends);
    free(batch);
}
