/* Scores every match. The oracle the others are held against. */
#include "posting_cursor.h"
#include "ranker.h"
#include "status.h"

bf_status ranking_exhaust(struct ranking *ranking, uint32_t number, bool count_only, uint64_t *total, bf_error *error)
{
    struct segment *segment = ranking->snapshot->segments[number];
    struct arena arena = {0};
    struct match_context context = {segment, number, ranking->leaves, ranking->bm25, &arena};
    struct matcher *root = NULL;
    bf_status status = matcher_open(&context, ranking->query->root, &root, error);
    for (; status == BF_OK && root->doc != NO_DOCUMENT; matcher_next(root)) {
        if (segment_is_deleted(segment, root->doc)) continue;
        ++*total;
        if (count_only) continue;
        struct ranked_hit hit = hit_make(segment, number, root->doc);
        matcher_add_score(root, &hit.score);
        ranking->work.documents++;
        if (!top_hits_add(&ranking->top, &hit)) status = fail_memory(error);
    }
    matcher_free(root);
    arena_free(&arena);
    if (status == BF_OK) status = segment_outcome(segment, error);
    return status;
}

static bf_status exhaustive_run(struct ranking *ranking, bf_error *error)
{
    bf_status status = BF_OK;
    ranking->total = 0;
    for (uint32_t i = 0; status == BF_OK && i < ranking->snapshot->segment_count; i++)
        status = ranking_exhaust(ranking, i, ranking->count_only, &ranking->total, error);
    return status;
}

const struct ranker exhaustive_ranker = {"exhaustive", "every match is scored", NULL, exhaustive_run};
