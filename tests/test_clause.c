/*
 * What the tree of clauses says of pages, cells and documents, against the matchers: on collections that are hard on purpose
 * (exact_shapes.h), for random queries of all forms, no page's, cell's or document's bound may be below what a match scores,
 * what matches for sure must match, nothing else than what may match does, and scores are the same floats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clause.h"
#include "exact_shapes.h"
#include "index_fixture.h"
#include "snapshot.h"

#include <stdio.h>
#include <string.h>

enum { QUERIES = 25 /* a collection */ };

struct asked {
    const char *text;
    struct query *query;
    struct leaf_weight *leaves;
    struct bm25 bm25;
    uint64_t matches, bounded;   /* how many matched, and of how many the bounds were looked at */
};

/* The documents of a segment that match, and their scores, by the matchers. */
struct truth {
    uint64_t *matches;
    float *scores;
};

static struct truth truth_of(const struct match_context *context, const struct query_node *root)
{
    uint32_t docs = context->segment->meta.doc_count;
    struct truth truth = {arena_take_zeroed(context->arena, (docs + POSTING_PAGE) / 8 + 64),
                          arena_take_zeroed(context->arena, docs * sizeof(float))};
    struct matcher *matcher;
    assert_true(truth.matches && truth.scores);
    assert_int_equal(matcher_open(context, root, &matcher, NULL), BF_OK);
    for (; matcher->doc != NO_DOCUMENT; matcher_next(matcher)) {
        if (segment_is_deleted(context->segment, matcher->doc)) continue;
        bitset_add(truth.matches, matcher->doc);
        matcher_add_score(matcher, &truth.scores[matcher->doc]);
    }
    matcher_free(matcher);
    return truth;
}

/* A bound as an integer may lie below the score times the scale by no more than the rounding of the sum. */
static void expect_bound(const struct asked *asked, const struct clause_tree *tree, uint32_t bound, float score, const char *what,
                         uint32_t doc)
{
    double needed = (double)score * tree->scale * (1 - 1e-6 - 1.2e-7 * tree->scorer_count);
    if (bound == 0 || (double)bound < needed)
        fail_msg("%s: the bound of document %u's %s is %u, and it scores %.9g: %.3f", asked->text, doc, what, bound, (double)score,
                 needed);
}

static void check_document(struct asked *asked, struct clause_tree *tree, uint32_t doc, uint32_t bound, float score)
{
    struct bounded bounded = {doc, bound};
    float found = -1;
    asked->bounded++;
    expect_bound(asked, tree, tree->root->page_sums[doc / POSTING_PAGE], score, "page", doc);
    expect_bound(asked, tree, tree->root->cells[doc % POSTING_PAGE / 16], score, "cell", doc);
    if (tree->scorer_count && bound) expect_bound(asked, tree, bound, score, "own", doc);
    assert_int_equal(clause_tree_refine(tree, &bounded, 1, 0), 1);
    if (bounded.bound) expect_bound(asked, tree, bounded.bound, score, "refined", doc);
    assert_true(clause_tree_score(tree, doc, bounded.bound, 0, &found));
    if (memcmp(&found, &score, sizeof found) != 0)
        fail_msg("%s: document %u scores %.9g, not %.9g", asked->text, doc, (double)found, (double)score);
}

/* Pages downwards: probes must be able to go back. */
static void check_tree(struct asked *asked, const struct match_context *context, const struct truth *truth, bool ranked)
{
    struct clause_tree tree;
    assert_int_equal(clause_tree_open(&tree, context, asked->query->root, ranked, NULL), BF_OK);
    uint32_t docs = context->segment->meta.doc_count;
    for (uint32_t doc = 0; !tree.root && doc < docs; doc++) assert_false(bitset_has(truth->matches, doc));
    if (tree.root && ranked) assert_true(clause_tree_sum_pages(&tree));
    for (uint32_t page = tree.root ? tree.page_count : 0; page-- > 0;) {
        uint16_t sums[KERNEL_PAGE];
        bool sets_known = page % 2; /* cells may be asked for before or after */
        if (ranked && !sets_known) clause_tree_cells(&tree, page, false);
        clause_tree_sets(&tree, page);
        if (ranked && sets_known) clause_tree_cells(&tree, page, true);
        if (ranked) clause_tree_add_sets(&tree, page);
        if (ranked) clause_tree_documents(&tree, sums);
        for (uint32_t low = 0; low < POSTING_PAGE; low++) {
            uint32_t doc = page * POSTING_PAGE + low;
            bool match = doc < docs && bitset_has(truth->matches, doc);
            bool maybe = bitset_has(tree.root->maybe, low), sure = bitset_has(tree.root->sure, low);
            if (match && !maybe) fail_msg("%s: document %u is left out", asked->text, doc);
            if (sure && !match) fail_msg("%s: document %u is no match", asked->text, doc);
            if (maybe && clause_matches(&tree, tree.root, doc) != match) fail_msg("%s: %u is misjudged", asked->text, doc);
            asked->matches += match;
            if (match && ranked) check_document(asked, &tree, doc, sums[low], truth->scores[doc]);
        }
    }
    assert_int_equal(segment_outcome(context->segment, NULL), BF_OK);
    clause_tree_close(&tree);
}

static void check_query(struct asked *asked, struct snapshot *snapshot, struct analyzer *analyzer,
                        const bf_search_options *options)
{
    struct arena arena = {0}, segment_arena = {0};
    const struct query_options query_options = {options->plain_query, options->match_all_words};
    uint32_t leaf_count;
    float k1 = options->set_parameters && options->k1 > 0 ? options->k1 : BM25_K1;
    bm25_prepare(&asked->bm25, k1, options->set_parameters ? options->b : BM25_B,
                 options->set_parameters ? options->title_weight : BF_TITLE_WEIGHT, snapshot_average(snapshot));
    assert_int_equal(query_parse(asked->text, &query_options, analyzer, &arena, &asked->query, NULL), BF_OK);
    assert_int_equal(leaf_weights_make(asked->query, snapshot, &arena, &asked->leaves, &leaf_count, NULL), BF_OK);
    if (asked->query->root->child_count && clause_count(asked->query->root) <= CLAUSES_MOST)
        for (uint32_t i = 0; i < snapshot->segment_count; i++) {
            const struct match_context context = {snapshot->segments[i], i, asked->leaves, &asked->bm25, &segment_arena};
            struct truth truth = truth_of(&context, asked->query->root);
            check_tree(asked, &context, &truth, true);
            check_tree(asked, &context, &truth, false);
            arena_clear(&segment_arena);
        }
    arena_free(&segment_arena);
    arena_free(&arena);
}

static void test_shapes(void **state)
{
    const struct index_fixture *fixture = *state;
    struct asked asked = {0};
    uint64_t seed = random_seed();
    for (size_t i = 0; exact_shapes[i]; i++) {
        struct shaped shaped;
        struct snapshot *snapshot;
        struct analyzer *analyzer;
        struct buffer text = {0};
        char recipe[160];
        remove_folder(fixture->path);
        shaped_begin(&shaped, exact_shapes[i], seed + i, 4000);
        shaped_describe(&shaped, recipe, sizeof recipe);
        print_message("# %s\n", recipe);
        shaped_index(&shaped, fixture->path);
        assert_int_equal(snapshot_open(fixture->path, &snapshot, NULL), BF_OK);
        assert_int_equal(analyzer_from_identity(snapshot->head.analyzer, &analyzer, NULL), BF_OK);
        for (int query = 0; query < QUERIES; query++) {
            bf_search_options options = {0};
            asked.text = shaped_query(&shaped, &text, &options);
            check_query(&asked, snapshot, analyzer, &options);
        }
        analyzer_free(analyzer);
        snapshot_close(snapshot);
        buffer_free(&text);
        shaped_free(&shaped);
    }
    assert_true(asked.matches > 1000 && asked.bounded > 1000);
}

/* ---- What the plan says ---- */

/* The plan of a query begins with this, and has that in it. */
static void expect_plan(bf_searcher *searcher, const char *query, const bf_search_options *options, const char *begin,
                        const char *has)
{
    bf_results *results;
    bf_error error;
    assert_int_equal(bf_search(searcher, query, options, &results, &error), BF_OK);
    const char *plan = bf_results_plan(results);
    if (strncmp(plan, begin, strlen(begin)) != 0 || !strstr(plan, has)) fail_msg("%s: the plan is: %s", query, plan);
    bf_results_free(results);
}

/* 4000 articles with "common", the last 16 of them about nothing else. */
static void add_articles(const char *path)
{
    const bf_writer_options options = {.language = "none", .no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    for (uint32_t i = 0; i < 4000; i++) {
        char id[16], body[256];
        snprintf(id, sizeof id, "%u", i);
        if (i >= 3984) snprintf(body, sizeof body, "common common common common words %s", i % 2 ? "here" : "");
        else snprintf(body, sizeof body, "common and many other words which make an article long enough to be of no use %s %s",
                      i % 3 ? "here" : "there", i % 5 ? "here and there" : "");
        add_article(writer, id, i % 7 ? "" : "words", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

static void test_plans(void **state)
{
    const struct index_fixture *fixture = *state;
    const bf_search_options options = {.k = 5, .no_total = true}, total = {.k = 5}, counted = {.count_only = true};
    const bf_search_options no_k1 = {.k = 5, .set_parameters = true, .k1 = 0, .b = 0.5F, .title_weight = 1};
    add_articles(fixture->path);
    bf_searcher *searcher = open_searcher(fixture->path);
    expect_plan(searcher, "common words", &options, "disjunction: ", "; 1 segment, 2 lists, ");
    expect_plan(searcher, "+common +words", &options, "conjunction: ", " scored");
    expect_plan(searcher, "common", &counted, "counting: ", ", 0 documents scored");
    /* None of these is left to the exhaustive ranker, and of 4000 matches the 16 of the last page are looked at. */
    static const char *const pruned[] = {
        "common -nothing", "+common words", "+common -there", "+\"common words\" common", "\"many other\" common", "common id:3",
        "body:common here", "common^2 title:nowhere", "(common words) -there", "+common +(here there)", "=common -there"};
    for (size_t i = 0; i < sizeof pruned / sizeof *pruned; i++) {
        expect_plan(searcher, pruned[i], &options, "mixed: ", "; 1 segment, ");
        expect_plan(searcher, pruned[i], &total, "mixed: ", "; 1 segment, ");
        expect_plan(searcher, pruned[i], &counted, i ? "" : "counting: ", "; 1 segment");
    }
    expect_plan(searcher, "+common words", &options, "mixed: ", ", 1 page, ");
    expect_plan(searcher, "common -nothing", &options, "mixed: ", ", 1 page, ");
    expect_plan(searcher, "+id:3 common", &options, "mixed: ", "; 1 segment, few can match in 1 segment, 1 block of ");
    /* Where bounds can't help, the plan says so. */
    expect_plan(searcher, "common -there", &no_k1, "exhaustive: ", "k1 = 0");
    expect_plan(searcher, "common", &no_k1, "exhaustive: ", "4000 documents scored");
    expect_plan(searcher, "-common", &options, "exhaustive: ", "nothing in the query scores");
    expect_plan(searcher, "date:2007", &options, "exhaustive: ", "nothing in the query scores");
    expect_plan(searcher, "", &options, "exhaustive: ", "nothing to look for");
    bf_searcher_close(searcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shapes, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_plans, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("clause", tests, NULL, NULL);
}
