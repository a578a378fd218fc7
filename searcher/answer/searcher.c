#include "searcher_state.h"

#include "rank_run.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

bf_status opened_index_new(const char *path, struct opened_index **result, bf_error *error)
{
    struct opened_index *index = calloc(1, sizeof *index);
    if (!index) return fail_memory(error);
    index->users = 1;
    bf_status status = snapshot_open(path, &index->snapshot, error);
    if (status == BF_OK) {
        status = analyzer_from_identity(index->snapshot->head.analyzer, &index->analyzer, error);
        if (status != BF_OK) fail_within(error, status, "%s", path);
    }
    if (status != BF_OK) opened_index_release(index);
    else *result = index;
    return status;
}

void opened_index_release(struct opened_index *index)
{
    if (!index || --index->users > 0) return;
    snapshot_close(index->snapshot);
    analyzer_free(index->analyzer);
    if (index->spare) arena_free(&index->spare->arena);
    free(index->spare);
    if (index->scratch) arena_free(&index->scratch->arena);
    free(index->scratch);
    free(index);
}

bf_status bf_searcher_open(const char *path, bf_searcher **result, bf_error *error)
{
    struct bf_searcher *searcher = calloc(1, sizeof *searcher);
    if (!searcher) return fail_memory(error);
    bf_status status = (searcher->path = strdup(path)) ? BF_OK : fail_memory(error);
    if (status == BF_OK) status = opened_index_new(path, &searcher->index, error);
    if (status != BF_OK) bf_searcher_close(searcher);
    else *result = searcher;
    return status;
}

void bf_searcher_close(bf_searcher *searcher)
{
    if (!searcher) return;
    opened_index_release(searcher->index);
    arena_free(&searcher->article_arena);
    free(searcher->path);
    free(searcher);
}

bf_status bf_searcher_refresh(bf_searcher *searcher, bool *moved, bf_error *error)
{
    bool stale;
    bf_status status = snapshot_is_stale(searcher->index->snapshot, &stale, error);
    if (status == BF_OK && stale) {
        struct opened_index *index;
        status = opened_index_new(searcher->path, &index, error);
        if (status == BF_OK) {
            opened_index_release(searcher->index);
            searcher->index = index;
        }
    }
    if (status == BF_OK && moved) *moved = stale;
    return status;
}

bf_status bf_searcher_article(bf_searcher *searcher, bf_text id, const bf_article **result, bf_error *error)
{
    struct snapshot *snapshot = searcher->index->snapshot;
    uint32_t segment, doc;
    bf_status status = snapshot_find_id(snapshot, id.bytes, id.length, &segment, &doc, error);
    if (status == BF_NOT_FOUND)
        return fail(error, BF_NOT_FOUND, "%s: there is no article \"%.*s\"", searcher->path,
                    (int)(id.length < 400 ? id.length : 400), id.bytes);
    if (status != BF_OK) return status;
    arena_clear(&searcher->article_arena);
    bf_article *article = arena_take(&searcher->article_arena, sizeof *article);
    if (!article) return fail_memory(error);
    status = segment_article(snapshot->segments[segment], doc, &searcher->article_arena, article, error);
    if (status == BF_OK) *result = article;
    return status;
}
