/* A query's tree evaluated for one document, exactly: only what sets of documents leave open is looked at. */
#include "clause.h"

#include "status.h"

static void turn_to(struct clause *clause, uint32_t doc)
{
    if (clause->doc == doc) return;
    clause->doc = doc;
    clause->known = false;
}

static bool date_matches(struct clause_tree *tree, const struct clause *clause, uint32_t doc)
{
    int64_t date = INT64_MIN;
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    if (segment_date(tree->context.segment, doc, &date, &error) != BF_OK) segment_fail(tree->context.segment, &error);
    return date != INT64_MIN && date >= clause->node->date_from && date < clause->node->date_to;
}

/* Finds out what there is to know of a leaf that the sets say may match. */
static void look(struct clause_tree *tree, struct clause *clause, uint32_t doc)
{
    turn_to(clause, doc);
    if (clause->known) return;
    clause->known = clause->matches = true;
    clause->part = 0;
    if (clause->kind == CLAUSE_DATE) {
        clause->matches = date_matches(tree, clause, doc);
    } else if (clause->probe) {
        clause->matches = clause_probe_look(clause->probe, doc, &clause->part);
    } else if (clause->parts) {
        const struct bounded document = {.doc = doc};
        if (clause->parted_page != doc / POSTING_PAGE || !bitset_has(clause->parted, doc % POSTING_PAGE))
            clause_find_parts(clause, &document, 1);
        clause->part = clause->parts[doc % POSTING_PAGE];
    }
}

static bool group_matches(struct clause_tree *tree, struct clause *group, uint32_t doc)
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct clause *child = group->by_effort[i];
        if (child->occur != QUERY_SHOULD && clause_matches(tree, child, doc) != (child->occur == QUERY_MUST)) return false;
    }
    for (uint32_t i = 0; !group->must_count && i < group->child_count; i++) {
        struct clause *child = group->by_effort[i];
        if (child->occur == QUERY_SHOULD && clause_matches(tree, child, doc)) return true;
    }
    return group->must_count > 0;
}

bool clause_matches(struct clause_tree *tree, struct clause *clause, uint32_t doc)
{
    if (!bitset_has(clause->maybe, doc % POSTING_PAGE)) return false;
    if (bitset_has(clause->sure, doc % POSTING_PAGE)) return true;
    if (clause->kind != CLAUSE_GROUP) {
        look(tree, clause, doc);
        return clause->matches;
    }
    turn_to(clause, doc);
    if (!clause->known) clause->matches = group_matches(tree, clause, doc);
    clause->known = true;
    return clause->matches;
}

static uint32_t bound_of(const struct clause_tree *tree, float part) { return (uint32_t)((double)part * tree->scale) + 1; }

/* What a phrase can add to a document: no more than its words. */
static uint32_t words_bound(const struct clause *clause, uint32_t doc)
{
    uint32_t least = clause->cells[doc % POSTING_PAGE / 16];
    for (uint32_t i = 0; i < clause->word_count; i++) {
        uint32_t bound = clause_word_bound(&clause->words[i], doc);
        if (bound < least) least = bound;
    }
    return least;
}

/* Puts what the clause adds at most to a document, as far as lists say, in the place of its cell's bound. */
static uint32_t refined(struct clause_tree *tree, struct clause *clause, const struct bounded *document, uint32_t least)
{
    uint32_t low = document->doc % POSTING_PAGE, cell = clause->cells[low / 16];
    if (!bitset_has(clause->within, low)) return document->bound;
    if (!clause->probe) return document->bound - cell + bound_of(tree, clause->parts[low]);
    clause->bounds[low] = (uint16_t)(least ? words_bound(clause, document->doc) : cell);
    return document->bound - cell + clause->bounds[low];
}

uint32_t clause_tree_refine(struct clause_tree *tree, struct bounded *documents, uint32_t count, uint32_t least)
{
    for (uint32_t i = 0; i < tree->scorer_count && count > 0; i++) {
        struct clause *clause = tree->scorers[i];
        uint32_t kept = 0;
        if (clause_set_is_empty(clause->within)) continue;
        if (!clause->probe) clause_find_parts(clause, documents, count);
        for (uint32_t j = 0; j < count; j++) {
            documents[kept] = (struct bounded){documents[j].doc, refined(tree, clause, &documents[j], least)};
            kept += documents[kept].bound >= least;
        }
        count = kept;
    }
    return count;
}

/* Looks for what else is in the document, as long as it may reach the threshold. */
static uint32_t probe_document(struct clause_tree *tree, uint32_t doc, uint32_t bound, uint32_t least)
{
    uint32_t low = doc % POSTING_PAGE;
    for (uint32_t i = tree->scorer_count; i-- > 0 && tree->scorers[i]->probe && bound >= least;) {
        struct clause *clause = tree->scorers[i];
        if (!bitset_has(clause->within, low)) continue;
        look(tree, clause, doc);
        bound = bound - clause->bounds[low] + (clause->matches ? bound_of(tree, clause->part) : 0);
    }
    return bound;
}

static void add_scores(struct clause_tree *tree, struct clause *group, uint32_t doc, float *score)
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct clause *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT || !clause_matches(tree, child, doc)) continue;
        if (child->kind == CLAUSE_GROUP) {
            add_scores(tree, child, doc, score);
        } else if (child->scores) {
            look(tree, child, doc);
            *score += child->part;
        }
    }
}

float clause_tree_score_match(struct clause_tree *tree, uint32_t doc)
{
    float score = 0;
    add_scores(tree, tree->root, doc, &score);
    return score;
}

bool clause_tree_score(struct clause_tree *tree, uint32_t doc, uint32_t bound, uint32_t least, float *score)
{
    if (!clause_matches(tree, tree->root, doc) || probe_document(tree, doc, bound, least) < least) return false;
    *score = clause_tree_score_match(tree, doc);
    return true;
}
