/*
 * Whether an article is there already, to the byte: so that a run that was interrupted can be run again at the cost of reading.
 *
 * No fingerprint is kept for it. The stored record is the article, and comparing with it is exact and costs nothing on disk; a
 * block that is inflated serves its neighbours, which are asked for next when the same files are read again.
 */
#include "writer_state.h"

#include "article_record.h"
#include "article_rules.h"
#include "status.h"

#include <string.h>

/* What the writer has been given since its last segment has no live document in any, so it is not found: it is taken again, which
 * is as right as comparing. */
static bf_status writer_find_live(struct bf_writer *writer, bf_text id, struct segment **segment, uint32_t *doc, bf_error *error)
{
    for (uint32_t i = writer->segment_count; i-- > 0;) {
        bf_status status = segment_find_id(writer->segments[i].segment, id.bytes, id.length, doc, error);
        if (status == BF_OK) *segment = writer->segments[i].segment;
        if (status != BF_NOT_FOUND) return status;
    }
    return BF_NOT_FOUND;
}

bf_status bf_writer_holds(bf_writer *writer, const bf_article *article, bool *holds, bf_error *error)
{
    struct segment *segment;
    uint32_t doc;
    size_t length;
    const uint8_t *record;
    *holds = false;
    if (writer->broken) return fail(error, BF_BAD_ARGUMENT, "%s: the writer failed before and can only be closed", writer->path);
    if (!writer->segment_count || article_broken_rule(article)) return BF_OK;
    bf_status status = writer_find_live(writer, article->id, &segment, &doc, error);
    if (status == BF_NOT_FOUND) return BF_OK;
    if (status == BF_OK) status = segment_article_length(segment, doc, &length, error);
    if (status != BF_OK) return status;
    buffer_clear(&writer->record);
    article_record_encode(article, &writer->record);
    if (writer->record.failed) return fail_memory(error);
    if (length != writer->record.length) return BF_OK;
    status = segment_article_record(segment, doc, &record, &length, error);
    if (status == BF_OK) *holds = memcmp(record, writer->record.bytes, length) == 0;
    return status;
}
