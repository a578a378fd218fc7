#include "buffer.h"
#include "grapheme_cursor.h"
#include "present.h"
#include "status.h"
#include "text_matcher.h"

#include <stdlib.h>
#include <string.h>

static bf_status keep_match(void *context, const struct text_match *match)
{
    struct buffer *kept = context;
    buffer_append(kept, match, sizeof *match);
    return kept->failed ? BF_NO_MEMORY : BF_OK;
}

bf_status text_matches(const struct query *query, struct analyzer *analyzer, bf_text text, enum query_field field, bool any_field,
                       struct arena *arena, const struct text_match **matches, size_t *match_count, bf_error *error)
{
    struct buffer kept = {0};
    struct text_matcher *matcher;
    bf_status status = text_matcher_new(query, analyzer, field, any_field, arena, &matcher, error);
    if (status == BF_OK) status = text_matcher_run(matcher, text, keep_match, &kept, error);
    if (status != BF_OK) goto out;
    size_t count = kept.length / sizeof **matches;
    struct text_match *copy = arena_take(arena, kept.length);
    if (!copy) {
        status = fail_memory(error);
        goto out;
    }
    if (count) memcpy(copy, kept.bytes, kept.length);
    bool ordered = true;
    for (size_t i = 1; i < count && ordered; i++) ordered = text_match_compare(&copy[i - 1], &copy[i]) <= 0;
    if (!ordered) qsort(copy, count, sizeof *copy, text_match_compare);
    *matches = copy;
    *match_count = count;
out:
    buffer_free(&kept);
    return status;
}

bf_status marks_of_matches(bf_text text, const struct text_match *matches, size_t match_count, struct arena *arena,
                           const bf_mark **marks, size_t *mark_count, bf_error *error)
{
    bf_mark *made = arena_take(arena, match_count * sizeof *made);
    if (!made) return fail_memory(error);
    struct grapheme_cursor starts = {text.bytes, text.length, 0}, ends = starts;
    size_t count = 0;
    for (size_t i = 0; i < match_count; i++) {
        size_t end = matches[i].end;
        if (count > 0 && end <= made[count - 1].end) continue; /* starts are in order: it lies within the last mark */
        grapheme_seek(&starts, matches[i].start);
        end = grapheme_seek_end(&ends, end);
        if (count > 0 && starts.at <= made[count - 1].end) made[count - 1].end = end;
        else made[count++] = (bf_mark){starts.at, end};
    }
    *marks = made;
    *mark_count = count;
    return BF_OK;
}
