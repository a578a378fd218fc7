#include "clause_probe.h"

#include "status.h"

/* Opens all sources on their first documents. *there = false: one has none. */
static bf_status probe_begin(struct clause_probe *probe, bool *there, bf_error *error)
{
    const struct match_context *context = &probe->context;
    uint32_t count = probe->leaf->term_count;
    arena_clear(&probe->arena);
    probe->asked = 0;
    probe->sources = arena_take_zeroed(&probe->arena, count * sizeof *probe->sources);
    if (!probe->sources) return fail_memory(error);
    *there = true;
    for (uint32_t i = 0; i < count; i++) {
        bf_status status = term_source_open(&probe->sources[i], &probe->leaf->terms[i], context->segment, context->number,
                                            &probe->arena, error);
        if (status != BF_OK) return status;
        *there &= probe->sources[i].doc != NO_DOCUMENT;
    }
    return BF_OK;
}

static void order_by_cost(struct clause_probe *probe)
{
    for (uint32_t i = 0; i < probe->leaf->term_count; i++) {
        uint32_t at = i;
        for (; at > 0 && probe->sources[probe->by_cost[at - 1]].cost > probe->sources[i].cost; at--)
            probe->by_cost[at] = probe->by_cost[at - 1];
        probe->by_cost[at] = i;
    }
}

/* Words in one form only, and those that stand for many, are in no list. */
static bool lists_know(const struct query_node *node)
{
    for (uint32_t i = 0; i < node->term_count; i++)
        if (node->terms[i].form || node->terms[i].prefix) return false;
    return node->kind == QUERY_PHRASE;
}

static bf_status open_lists(struct clause_probe *probe, bool *there, bf_error *error)
{
    probe->words = arena_take(probe->context.arena, sizeof *probe->words);
    if (!probe->words) return fail_memory(error);
    bf_status status = phrase_words_open(&probe->context, probe->leaf->node, probe->words, error);
    *there = status == BF_OK;
    return status == BF_NOT_FOUND ? BF_OK : status;
}

static bf_status open_sources(struct clause_probe *probe, bool *there, bf_error *error)
{
    const struct match_context *context = &probe->context;
    probe->by_cost = arena_take(context->arena, probe->leaf->term_count * sizeof *probe->by_cost);
    if (!probe->by_cost || !phrase_counter_open(&probe->counter, context->segment, probe->leaf, context->arena))
        return fail_memory(error);
    bf_status status = probe_begin(probe, there, error);
    if (status == BF_OK && *there) order_by_cost(probe);
    return status;
}

bf_status clause_probe_open(const struct match_context *context, const struct query_node *node, struct clause_probe **result,
                            bf_error *error)
{
    struct clause_probe *probe = arena_take_zeroed(context->arena, sizeof *probe);
    bool there = false;
    *result = NULL;
    if (!probe) return fail_memory(error);
    probe->context = *context;
    probe->leaf = &context->leaves[node->leaf];
    bf_status status = lists_know(node) ? open_lists(probe, &there, error) : open_sources(probe, &there, error);
    if (status == BF_OK && there) *result = probe;
    else clause_probe_free(probe);
    return status;
}

void clause_probe_free(struct clause_probe *probe)
{
    if (!probe) return;
    phrase_counter_free(&probe->counter);
    arena_free(&probe->arena);
}

/* Makes the source stand on the document; false: it doesn't have it. */
static bool stand_on(struct term_source *source, uint32_t doc)
{
    if (source->doc < doc) term_source_seek(source, doc);
    return source->doc == doc;
}

/* ---- Phrases ---- */

static void count_phrase(struct clause_probe *probe, uint32_t doc, uint32_t *tf, uint32_t *title_tf)
{
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    *tf = *title_tf = 0;
    for (uint32_t i = 0; i < probe->leaf->term_count; i++)
        if (!stand_on(&probe->sources[probe->by_cost[i]], doc)) return;
    if (phrase_count(&probe->counter, probe->sources, probe->by_cost, tf, title_tf, &error) != BF_OK)
        segment_fail(probe->context.segment, &error);
}

/* ---- Any leaf ---- */

static void count_term(struct clause_probe *probe, uint32_t doc, uint32_t *tf, uint32_t *title_tf)
{
    struct term_source *source = &probe->sources[0];
    enum query_field field = probe->leaf->node->field;
    *tf = *title_tf = 0;
    if (!stand_on(source, doc)) return;
    *tf = term_source_tf(source);
    /* Titles matter only where they count differently. */
    if (field > QUERY_BODY || (field == QUERY_TEXT && probe->context.bm25->title_weight == 1)) return;
    *title_tf = term_source_title_tf(source);
}

bool clause_probe_look(struct clause_probe *probe, uint32_t doc, float *score)
{
    const struct match_context *context = &probe->context;
    const struct leaf_weight *leaf = probe->leaf;
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    uint32_t tf, title_tf;
    bool there = true;
    *score = 0;
    if (context->segment->failure.status != BF_OK) return false;
    if (probe->words) {
        bool found = phrase_words_match(probe->words, doc, 0);
        if (found) *score = phrase_words_score(probe->words, doc);
        return found;
    }
    if (doc < probe->asked && probe_begin(probe, &there, &error) != BF_OK) {
        segment_fail(context->segment, &error);
        return false;
    }
    probe->asked = doc;
    if (leaf->node->kind == QUERY_PHRASE) count_phrase(probe, doc, &tf, &title_tf);
    else count_term(probe, doc, &tf, &title_tf);
    float weighted = leaf_tf(leaf, context->bm25, tf, title_tf);
    bool matches = leaf->node->field == QUERY_TITLE || leaf->node->field == QUERY_BODY ? weighted > 0 : tf > 0;
    if (matches && weighted > 0)
        *score = leaf->weight * bm25_impact(weighted, leaf_norm(leaf, context->bm25, context->segment, doc));
    return matches;
}
