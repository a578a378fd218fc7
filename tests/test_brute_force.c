/*
 * The engine against its twin: random collections written, replaced, deleted, merged and reopened; random queries of every
 * operator. Ids, totals, order and scores must be equal, scores to the last bit.
 *
 * BACKFILE_SEED repeats a run, BACKFILE_ROUNDS (default 18) makes it longer. A round that fails prints the seed that repeats it
 * alone.
 */
#include "brute_compare.h"
#include "brute_random.h"
#include "index_fixture.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

/* ---- A collection in both ---- */

struct pair {
    uint64_t seed;
    struct index_fixture *fixture;
    const char *path;
    bf_writer_options options;
    bf_writer *writer;
    bf_searcher *searcher, *earlier;
    uint64_t searcher_commit, earlier_commit;
    struct analyzer *analyzer;
    struct brute_force twin;
    struct chance chance;
    struct style style;
    struct made_article made;
    struct buffer query;
    size_t queries, matching;
};

static void pair_stop(const struct pair *pair, const char *what, const char *why)
{
    fail_msg("%s: %s\n    commit %" PRIu64 "; BACKFILE_SEED=%" PRIu64 " BACKFILE_ROUNDS=1 repeats it; index left in %s", what,
             why, pair->twin.commits, pair->seed, pair->path);
}

static void pair_open_writer(struct pair *pair)
{
    bf_error error = {0};
    if (bf_writer_open(pair->path, &pair->options, &pair->writer, &error) != BF_OK) pair_stop(pair, "open", error.message);
}

/* `stream`: the same seed gives each test other numbers. */
static void pair_begin(struct pair *pair, uint64_t seed, uint64_t stream, const char *language, const char *analysis)
{
    *pair = (struct pair){.seed = seed, .chance = {(seed * 2 + 1) ^ stream << 40}};
    pair->options = (bf_writer_options){
        .language = language, .analysis = analysis, .memory = 8 << 20, .no_sync = true, .no_merge = true};
    for (int i = 0; i < 8; i++) chance_next(&pair->chance);
    void *fixture;
    assert_int_equal(index_fixture_make(&fixture), 0);
    pair->fixture = fixture;
    pair->path = pair->fixture->path;
    assert_int_equal(analyzer_new(language, analysis, &pair->analyzer, NULL), BF_OK);
    pair->twin.analyzer = pair->analyzer;
}

static void pair_end(struct pair *pair)
{
    bf_searcher_close(pair->searcher);
    bf_searcher_close(pair->earlier);
    bf_writer_close(pair->writer);
    brute_free(&pair->twin);
    analyzer_free(pair->analyzer);
    made_article_free(&pair->made);
    buffer_free(&pair->query);
    void *fixture = pair->fixture;
    index_fixture_remove(&fixture);
}

static void pair_add_article(struct pair *pair, const bf_article *article)
{
    bf_error error = {0};
    bool replaced = false;
    bf_status status = bf_writer_add(pair->writer, article, &replaced, &error);
    if (status == BF_REFUSED) return;
    if (status != BF_OK) pair_stop(pair, "add", error.message);
    if (brute_add(&pair->twin, article) != replaced)
        pair_stop(pair, "add", "one says the article was replaced, the other that it is new");
}

static void pair_add(struct pair *pair, uint32_t number)
{
    made_article_fill(&pair->made, &pair->chance, &pair->style, number);
    pair_add_article(pair, &pair->made.article);
}

static void pair_delete(struct pair *pair, uint32_t number)
{
    char id[32];
    bf_error error = {0};
    number_id(number, id);
    bf_text text = {id, strlen(id)};
    bf_status status = bf_writer_delete(pair->writer, text, &error);
    if (status != BF_OK && status != BF_NOT_FOUND) pair_stop(pair, "delete", error.message);
    if (brute_delete(&pair->twin, text) != (status == BF_OK))
        pair_stop(pair, "delete", "one says there was such an article, the other that there was none");
}

static void pair_commit(struct pair *pair)
{
    bf_error error = {0};
    if (bf_writer_commit(pair->writer, &error) != BF_OK) pair_stop(pair, "commit", error.message);
    brute_commit(&pair->twin);
}

static void pair_merge(struct pair *pair, uint32_t segments)
{
    bf_error error = {0};
    if (chance_below(&pair->chance, 2)) { /* as if nothing had been reordered is how all of it must then look */
        bf_reorder_options options = {segments, 1 + chance_below(&pair->chance, 3)};
        if (bf_writer_reorder(pair->writer, &options, NULL, &error) != BF_OK) pair_stop(pair, "reorder", error.message);
    } else if (bf_writer_merge(pair->writer, segments, &error) != BF_OK) {
        pair_stop(pair, "merge", error.message);
    }
    brute_commit(&pair->twin);
}

/* Ends the writer, with what it has not committed. */
static void pair_abandon(struct pair *pair)
{
    bf_writer_close(pair->writer);
    pair->writer = NULL;
    brute_rollback(&pair->twin);
    pair_open_writer(pair);
}

/* Stands on the last commit; now and then keeps the searcher that stood on an earlier one. */
static void pair_look(struct pair *pair)
{
    bf_error error = {0};
    if (pair->searcher && chance_below(&pair->chance, 3) == 0) {
        bf_searcher_close(pair->earlier);
        pair->earlier = pair->searcher;
        pair->earlier_commit = pair->searcher_commit;
        pair->searcher = NULL;
    }
    bool moved;
    bf_status status = pair->searcher ? bf_searcher_refresh(pair->searcher, &moved, &error)
                                      : bf_searcher_open(pair->path, &pair->searcher, &error);
    if (status != BF_OK) pair_stop(pair, "look", error.message);
    pair->searcher_commit = pair->twin.commits;
}

static void pair_ask(struct pair *pair, bf_searcher *searcher, uint64_t commit, const char *query,
                     const bf_search_options *options)
{
    struct difference difference = {""};
    size_t matched = 0;
    if (!brute_compare_query(searcher, &pair->twin, commit, query, options, &matched, &difference))
        fail_msg("%s\n    query: %s\n    k %u offset %u k1 %g b %g title weight %g%s%s%s; commit %" PRIu64 " of %" PRIu64
                 "\n    BACKFILE_SEED=%" PRIu64 " BACKFILE_ROUNDS=1 repeats it; index left in %s",
                 difference.line, query, options->k, options->offset, (double)options->k1, (double)options->b,
                 (double)options->title_weight, options->set_parameters ? "" : " (not set)",
                 options->match_all_words ? ", all words" : "", options->plain_query ? ", plain" : "",
                 commit, pair->twin.commits, pair->seed, pair->path);
    pair->queries++;
    pair->matching += matched > 0;
}

static void pair_ask_randomly(struct pair *pair, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *query = query_random(&pair->query, &pair->chance, &pair->style, &pair->twin);
        bf_search_options options = options_random(&pair->chance);
        if (pair->earlier && i % 4 == 3) pair_ask(pair, pair->earlier, pair->earlier_commit, query, &options);
        else pair_ask(pair, pair->searcher, pair->searcher_commit, query, &options);
    }
}

static void pair_compare(struct pair *pair, unsigned queries, size_t term_sample)
{
    struct difference difference = {""};
    pair_look(pair);
    if (!brute_compare_index(pair->searcher, &pair->twin, pair->searcher_commit, term_sample, &difference))
        pair_stop(pair, "index", difference.line);
    if (!brute_check_index(pair->path, &difference)) pair_stop(pair, "index", difference.line);
    pair_ask_randomly(pair, queries);
    if (pair->earlier && !brute_compare_index(pair->earlier, &pair->twin, pair->earlier_commit, term_sample / 4 + 1, &difference))
        pair_stop(pair, "the earlier commit", difference.line);
}

/* ---- Random rounds ---- */

static uint64_t first_seed;
static unsigned rounds;

static void read_environment(void)
{
    const char *seed = getenv("BACKFILE_SEED"), *wish = getenv("BACKFILE_ROUNDS");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    first_seed = seed ? strtoull(seed, NULL, 0) : ((uint64_t)now.tv_sec * 1000003 ^ (uint64_t)now.tv_nsec) & 0xffffffff;
    rounds = wish ? (unsigned)strtoul(wish, NULL, 0) : 18;
    print_message("seed %" PRIu64 "\n", first_seed);
}

static void one_round(uint64_t seed, size_t *queries, size_t *matching)
{
    static const char *const analyses[][2] = {{"english", "standard"}, {"english", "standard"}, {"none", "standard"},
                                              {"german", "standard"}, {"none", "plain"},        {"french", "standard"}};
    static const uint32_t sizes[] = {2, 10, 60, 300, 300, 1000, 2500};
    struct chance choice = {seed * 2 + 1};
    for (int i = 0; i < 4; i++) chance_next(&choice);
    uint32_t analysis = chance_below(&choice, 6);
    struct pair pair;
    pair_begin(&pair, seed, 0, analyses[analysis][0], analyses[analysis][1]);
    struct chance *chance = &pair.chance;
    pair.style = style_random(chance);
    pair.options.no_merge = chance_below(chance, 3) > 0;
    pair_open_writer(&pair);

    uint32_t size = sizes[chance_below(chance, 7)], next = 0, looks = 0;
    while ((uint64_t)size * pair.style.body_most > 60000) size /= 2;
    uint32_t commit_every = 1 + chance_below(chance, chance_below(chance, 3) ? size / 4 + 2 : size * 2);
    uint32_t look_every = size / 3 + 1;
    uint32_t replaced = chance_below(chance, 3) * 15, deleted = chance_below(chance, 3) * 10;
    for (uint32_t step = 0; step < size; step++) {
        uint32_t what = chance_below(chance, 100);
        if (next > 0 && what < replaced) pair_add(&pair, chance_below(chance, next));
        else if (next > 0 && what < replaced + deleted) pair_delete(&pair, chance_below(chance, next + 1));
        else pair_add(&pair, next++);
        if (chance_below(chance, commit_every) == 0) pair_commit(&pair);
        if (chance_below(chance, 200) == 0) pair_abandon(&pair);
        if (chance_below(chance, 150) == 0) pair_merge(&pair, 1 + chance_below(chance, 4));
        if (step % look_every == look_every - 1 && pair.twin.commits > 0) {
            pair_compare(&pair, 10, 10);
            looks++;
        }
    }
    pair_commit(&pair);
    pair_compare(&pair, 25, 40);
    if (chance_below(chance, 8) == 0) { /* and an end to all of them */
        for (uint32_t number = 0; number < next; number++) pair_delete(&pair, number);
        pair_commit(&pair);
        pair_compare(&pair, 5, 10);
        pair_add(&pair, 0);
        pair_commit(&pair);
        pair_compare(&pair, 5, 10);
    }
    pair_merge(&pair, chance_below(chance, 2));
    pair_compare(&pair, 15, 40);
    *queries += pair.queries;
    *matching += pair.matching;
    pair_end(&pair);
}

static void test_random_collections(void **state)
{
    (void)state;
    size_t queries = 0, matching = 0;
    for (unsigned round = 0; round < rounds; round++) {
        one_round(first_seed + round, &queries, &matching);
    }
    print_message("%u rounds, %zu queries, of which %zu matched something\n", rounds, queries, matching);
    assert_true(rounds < 10 || matching * 3 > queries); /* a test of queries that find nothing would be none */
}

/* ---- Shapes that random rounds are too small for ---- */

/* Lists long enough to be paged, in a segment that ends within a page: pages that are full, sparse and empty, frequencies too
 * large for half a byte. Then deletions in them and pieces in a smaller segment; and all of it merged. */
static void test_paged_lists(void **state)
{
    (void)state;
    struct pair pair;
    pair_begin(&pair, first_seed, 1, "english", "standard");
    const struct style common = {.vocabulary = 30, .skew = 2, .title_most = 2, .body_most = 3, .empty = 20, .filled = 4,
                                 .dated = 50},
                       rare = {.vocabulary = 3000, .title_most = 2, .body_most = 3, .empty = 20, .filled = 4, .dated = 50},
                       none = {.foreign = 100, .vocabulary = 1, .body_most = 1, .empty = 0},
                       often = {.vocabulary = 4, .skew = 2, .title_most = 40, .body_most = 700};
    pair.options.memory = 256 << 20;
    pair_open_writer(&pair);
    uint32_t size = 21000 + chance_below(&pair.chance, 1000) * 2 + 1, number = 0;
    while (number < size) {
        uint32_t part = number * 10 / size;
        pair.style = number % 251 == 0 ? often : part == 4 ? rare : part == 5 ? none : part == 8 && number % 2 ? rare : common;
        pair_add(&pair, number++);
    }
    pair.style = common;
    for (int i = 0; i < 300; i++) pair_add(&pair, chance_below(&pair.chance, number));
    pair_commit(&pair);
    pair_compare(&pair, 40, 10);
    for (int i = 0; i < 200; i++) pair_delete(&pair, chance_below(&pair.chance, number));
    for (int i = 0; i < 700; i++) pair_add(&pair, i % 7 ? number++ : chance_below(&pair.chance, number));
    pair_commit(&pair);
    pair_compare(&pair, 40, 10);
    pair_merge(&pair, 1);
    pair_compare(&pair, 40, 10);
    for (int i = 0; i < 50; i++) pair_add(&pair, number++);
    pair_merge(&pair, 1); /* lists of which nothing is deleted */
    pair_compare(&pair, 25, 10);
    pair_end(&pair);
}

static void pair_delete_best(struct pair *pair, const char *query, uint32_t k)
{
    bf_search_options options = {.k = k};
    bf_results *results;
    assert_int_equal(bf_search(pair->searcher, query, &options, &results, NULL), BF_OK);
    for (size_t i = 0; i < bf_results_count(results); i++) {
        bf_text id;
        assert_int_equal(bf_results_id(results, i, &id, NULL), BF_OK);
        bf_status status = bf_writer_delete(pair->writer, id, NULL);
        if (brute_delete(&pair->twin, id) != (status == BF_OK)) pair_stop(pair, "delete", "the best of a query can't be deleted");
    }
    bf_results_free(results);
}

/* The best articles of a word stand together, in every seventh page. Where they are deleted, or kept out by another word, what is
 * known of the best scores holds no more, and the others must not be pruned. */
static void test_best_articles_gone(void **state)
{
    (void)state;
    static const char *const forms[] = {"%s", "%s", "+%s", "%s -mark0", "+%s -mark0", "+%s +mark3", "%s mark0",
                                        "%s^3 -mark0 -mark1", "%s -(mark0 mark4)", "%s %s"};
    static const char *const words[] = {"bar", "dar", "far", "gar", "kar", "lar", "mar", "nar"};
    static const uint32_t ks[] = {1, 2, 10, 11, 100, 1000};
    struct pair pair;
    pair_begin(&pair, first_seed, 5, "none", "standard");
    pair.style = (struct style){.vocabulary = 60, .skew = 1, .title_most = 1};
    pair_open_writer(&pair);
    uint32_t size = 4000 + chance_below(&pair.chance, 1000);
    for (uint32_t number = 0; number < size; number++) {
        char mark[16];
        uint32_t part = number / 256 % 7;
        pair.style.body_most = part ? 60 : 5;
        snprintf(mark, sizeof mark, "mark%u", part);
        made_article_fill(&pair.made, &pair.chance, &pair.style, number);
        pair.made.article.section = (bf_text){mark, strlen(mark)};
        struct buffer body = {0};
        buffer_append_format(&body, "%.*s %s", (int)pair.made.article.body.length, pair.made.article.body.bytes, mark);
        pair.made.article.body = (bf_text){(const char *)body.bytes, body.length};
        pair_add_article(&pair, &pair.made.article);
        buffer_free(&body);
    }
    pair_commit(&pair);
    for (int deleted = 0; deleted < 2; deleted++) {
        pair_compare(&pair, 5, 10);
        for (uint32_t i = 0; i < 60; i++) {
            char query[128];
            const char *word = words[chance_below(&pair.chance, 8)];
            bf_search_options options = options_random(&pair.chance);
            options.k = ks[chance_below(&pair.chance, 6)];
            if (i % 2) options.offset = 0;
            if (i % 3) options.set_parameters = false;
            snprintf(query, sizeof query, forms[i % (sizeof forms / sizeof *forms)], word, words[i % 8]);
            pair_ask(&pair, pair.searcher, pair.searcher_commit, query, &options);
        }
        for (int i = 0; i < 8; i++) pair_delete_best(&pair, words[i], 1 + chance_below(&pair.chance, 60));
        pair_commit(&pair);
    }
    pair_end(&pair);
}

/* An article of 200,000 words between small ones: frequencies and positions beyond every small form. */
static void test_long_article(void **state)
{
    (void)state;
    struct pair pair;
    pair_begin(&pair, first_seed, 2, "english", "standard");
    pair.style = (struct style){.vocabulary = 5000, .skew = 3, .title_most = 5, .body_most = 30, .filled = 20, .dated = 20,
                                .odd = 2, .foreign = 3};
    pair_open_writer(&pair);
    for (uint32_t number = 0; number < 300; number++) {
        pair_add(&pair, number);
        if (number != 150) continue;
        struct style style = pair.style;
        struct buffer text = {0};
        for (uint32_t i = 0; i < 200000; i++) {
            word_random(&text, &pair.chance, &style);
            buffer_append_u8(&text, i % 100 == 99 ? '\n' : ' ');
        }
        assert_false(text.failed);
        bf_article article = {.id = {"long", 4}, .title = {"The long one", 12}, .body = {(const char *)text.bytes, text.length}};
        pair_add_article(&pair, &article);
        buffer_free(&text);
    }
    pair_commit(&pair);
    pair_compare(&pair, 20, 30);
    for (int i = 0; i < 30; i++) { /* what stands far inside it, and at its end */
        bf_text body = pair.twin.articles[151].article.body;
        size_t start = i ? chance_below(&pair.chance, (uint32_t)body.length - 40) : body.length - 40;
        while (body.bytes[start] != ' ') start--;
        char query[64];
        bf_search_options options = {.k = 300};
        /* a torn character is noted and no more */
        snprintf(query, sizeof query, i % 3 ? "\"%.*s\"" : "+%.*s", 8 + i, body.bytes + start);
        pair_ask(&pair, pair.searcher, pair.searcher_commit, query, &options);
    }
    pair_add(&pair, 17);
    pair_delete(&pair, 3);
    pair_commit(&pair);
    pair_compare(&pair, 10, 10);
    pair_merge(&pair, 1);
    pair_compare(&pair, 10, 10);
    pair_end(&pair);
}

/* More text than the writer may hold: a commit of several segments, with articles replaced across them. */
static void test_little_memory(void **state)
{
    (void)state;
    struct pair pair;
    pair_begin(&pair, first_seed, 3, "none", "standard");
    pair.style = (struct style){.vocabulary = 4000000, .title_most = 8, .body_most = 120, .filled = 60, .dated = 50, .odd = 1,
                                .foreign = 2};
    pair_open_writer(&pair);
    for (uint32_t i = 0, number = 0; i < 3600; i++) pair_add(&pair, i % 5 ? number++ : chance_below(&pair.chance, number + 1));
    pair_commit(&pair);
    for (uint32_t i = 0; i < 1500; i++) pair_add(&pair, i); /* these are flushed, and forgotten all the same */
    pair_abandon(&pair);
    pair_look(&pair);
    bf_stats stats;
    assert_int_equal(bf_searcher_stats(pair.searcher, &stats, NULL), BF_OK);
    assert_in_range(stats.segments, 2, 30);
    pair_compare(&pair, 12, 100);
    pair_merge(&pair, 1);
    pair_compare(&pair, 12, 100);
    pair_end(&pair);
}

/* ---- The check itself ---- */

/* What is wrong by a hair must be called wrong. */
static void test_differences_are_seen(void **state)
{
    (void)state;
    struct pair pair;
    struct difference difference;
    pair_begin(&pair, first_seed, 4, "english", "standard");
    pair.style = (struct style){.vocabulary = 10, .title_most = 3, .body_most = 12, .filled = 30, .dated = 50};
    pair_open_writer(&pair);
    for (uint32_t number = 0; number < 200; number++) pair_add(&pair, number);
    pair_commit(&pair);
    pair_compare(&pair, 10, 10);

    struct brute_answer answer;
    bf_results *found;
    bf_search_options options = {.k = 50};
    const char *query = "bar \"dar far\" title:gar";
    assert_int_equal(bf_search(pair.searcher, query, &options, &found, NULL), BF_OK);
    brute_search(&pair.twin, pair.searcher_commit, query, &options, &answer);
    assert_true(answer.hit_count > 20);
    assert_true(brute_compare_results(&answer, found, &options, &difference));
    assert_true(brute_compare_parts(&answer, found, 3, &difference));

    struct brute_hit kept = answer.hits[7];
    answer.hits[7].score = nextafterf(kept.score, 0);
    assert_false(brute_compare_results(&answer, found, &options, &difference));
    assert_non_null(strstr(difference.line, "hit 7"));
    answer.hits[7] = answer.hits[8];
    answer.hits[8] = kept;
    assert_false(brute_compare_results(&answer, found, &options, &difference));
    answer.hits[8] = answer.hits[7];
    answer.hits[7] = kept;
    answer.hit_count--;
    assert_false(brute_compare_results(&answer, found, &options, &difference));
    assert_non_null(strstr(difference.line, "total"));
    answer.hit_count++;
    answer.leaves[0].idfs[0] = nextafterf(answer.leaves[0].idfs[0], 100);
    assert_false(brute_compare_results(&answer, found, &options, &difference));
    assert_non_null(strstr(difference.line, "idf"));
    answer.leaves[0].idfs[0] = nextafterf(answer.leaves[0].idfs[0], 0);
    answer.leaves[1].dfs[1]++;
    assert_false(brute_compare_results(&answer, found, &options, &difference));
    answer.leaves[1].dfs[1]--;
    assert_true(brute_compare_results(&answer, found, &options, &difference));
    /* two steps, so that no rounding of a product hides them */
    for (int i = 0; i < 2; i++) answer.leaves[0].weight = nextafterf(answer.leaves[0].weight, 100);
    size_t with_it = 0;
    while (answer.leaves[0].tfs[answer.hits[with_it].article] == 0) with_it++;
    assert_true(with_it < bf_results_count(found));
    assert_false(brute_compare_parts(&answer, found, with_it, &difference));
    brute_answer_free(&answer);
    bf_results_free(found);

    /* One word at another place in one article: the index differs, and random queries find that out. */
    struct brute_article *article = &pair.twin.articles[100];
    while (article->word_counts[0] < 8) article++;
    struct brute_word *word = &article->words[0][article->word_counts[0] - 1];
    word->position++;
    assert_false(brute_compare_index(pair.searcher, &pair.twin, pair.searcher_commit, 0, &difference));
    word->position--;
    word->term = "elsewhere";
    word->length = 9;
    bool seen = false;
    for (int i = 0; i < 1000 && !seen; i++) {
        query = query_random(&pair.query, &pair.chance, &pair.style, &pair.twin);
        seen = !brute_compare_query(pair.searcher, &pair.twin, pair.searcher_commit, query, &options, NULL, &difference);
    }
    assert_true(seen);
    pair_end(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_collections),
        cmocka_unit_test(test_paged_lists),
        cmocka_unit_test(test_best_articles_gone),
        cmocka_unit_test(test_long_article),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_differences_are_seen),
    };
    read_environment();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
