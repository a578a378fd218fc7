#include "reading.h"

#include "status.h"

void reading_refuse(struct reading *reading, const struct record_place *place, bf_text id, const char *rule)
{
    struct refusal refusal = {
        .path = place->path,
        .record = place->record,
        .line = place->line,
        .byte = place->byte,
        .id = id,
        .rule = rule,
        .bytes = place->bytes,
    };
    count_add(&reading->counts->refused, 1);
    if (reading->sink->refused) reading->sink->refused(reading->sink->context, &refusal);
}

void reading_skip(struct reading *reading, const char *path, const char *why)
{
    if (reading->sink->skipped) reading->sink->skipped(reading->sink->context, path, why);
}

bf_status reading_offer(struct reading *reading, const struct record_place *place, bool alone, bf_error *error)
{
    bf_error reason = {0};
    struct article_draft *draft = &reading->draft;
    bf_status status = draft_finish(draft, place->path, alone ? 0 : place->record, reading->article_max, &reason);
    if (draft->stripped) count_add(&reading->counts->stripped_controls, 1);
    if (status == BF_OK)
        status = reading->sink->article(reading->sink->context, &draft->article, place->path, place->record, &reason);
    if (status == BF_REFUSED) {
        reading_refuse(reading, place, draft->article.id, reason.message);
        status = BF_OK;
    }
    if (status != BF_OK && error) *error = reason;
    return status;
}
