#include "phrase_word.h"

#include "status.h"

#include <string.h>

/* ---- Opening ---- */

static bf_status open_word(const struct match_context *context, const struct query_node *node, uint32_t number,
                           struct phrase_word *word, bf_error *error)
{
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    struct match_context alone = *context;
    memset(word, 0, offsetof(struct phrase_word, walk));
    word->leaf = *leaf;
    word->leaf.terms = &leaf->terms[number];
    word->leaf.term_count = 1;
    word->node = *node;
    word->node.leaf = 0;
    word->offset = number;
    word->need = node->span ? node->terms[number].need : 1;
    word->walking = false;
    word->part = (struct position_part){0};
    word->page = NULL;
    word->page_number = UINT32_MAX;
    word->positions = NULL;
    word->room = word->index = 0;
    alone.leaves = &word->leaf;
    return ranked_list_open(&alone, &word->node, &word->list, error);
}

bf_status phrase_words_open(const struct match_context *context, const struct query_node *node, struct phrase_words *words,
                            bf_error *error)
{
    *words = (struct phrase_words){.leaf = &context->leaves[node->leaf], .segment = context->segment, .bm25 = context->bm25,
                                   .arena = context->arena, .count = node->term_count};
    for (uint32_t i = 0; i < words->count; i++)
        if (!words->leaf->terms[i].entries[context->number].df) return BF_NOT_FOUND;
    words->words = arena_take(context->arena, words->count * sizeof *words->words);
    uint32_t *order = arena_take(context->arena, words->count * sizeof *order);
    if (node->span) words->near = arena_take_zeroed(context->arena, words->count * sizeof *words->near);
    if (!words->words || !order || (node->span && !words->near)) return fail_memory(error);
    for (uint32_t i = 0; i < words->count; i++) {
        uint32_t at = i, df = words->leaf->terms[i].entries[context->number].df;
        for (; at > 0 && words->leaf->terms[order[at - 1]].entries[context->number].df > df; at--) order[at] = order[at - 1];
        order[at] = i;
    }
    for (uint32_t i = 0; i < words->count; i++) {
        bf_status status = open_word(context, node, order[i], &words->words[i], error);
        if (status != BF_OK) return status;
    }
    return BF_OK;
}

/* ---- Finding a posting ---- */

static bool word_broken(struct phrase_word *word, const char *record, const char *rule)
{
    segment_broken(word->list->segment, record, rule);
    word->part.count = 0;
    word->page_number = UINT32_MAX;
    return false;
}

static bool load_page(struct phrase_words *words, struct phrase_word *word, uint32_t page)
{
    struct ranked_list *list = word->list;
    if (!word->page) word->page = arena_take(words->arena, sizeof *word->page);
    if (!word->page) return word_broken(word, "postings", memory_rule);
    if (!words->verified && !posting_list_verify_page(list->segment, &list->view, &list->list, page)) return false;
    const char *rule = posting_page_measure(&list->list, page, word->page);
    if (rule) return word_broken(word, "postings", rule);
    word->page_number = page;
    return true;
}

static bool load_block(struct phrase_word *word, uint32_t doc)
{
    struct ranked_list *list = word->list;
    uint32_t from = word->part.count && word->part.docs[0] <= doc ? word->part.number : 0;
    uint32_t block = posting_block_seek(&list->list, from, doc);
    if (block >= list->list.block_count || !ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return false;
    size_t first = (size_t)block * POSTING_BLOCK;
    word->part = (struct position_part){block, posting_block_count(&list->list, block), list->docs + first, list->tfs + first};
    return true;
}

/* Postings that a vector of the smallest kind compares at once. */
typedef uint32_t four __attribute__((vector_size(16)));

/* How many of 16 documents are below `doc`: all are compared, since no branch could be foretold. */
static uint32_t docs_below(const uint32_t docs[16], uint32_t doc)
{
    four parts[4], below;
    memcpy(parts, docs, sizeof parts);
    below = (four)(parts[0] < doc) + (four)(parts[1] < doc) + (four)(parts[2] < doc) + (four)(parts[3] < doc);
    return -(below[0] + below[1] + below[2] + below[3]);
}

/* The first posting of the block whose document is not below `doc`; there is one. Documents come in ascending order, mostly. */
static uint32_t block_find(const struct phrase_word *word, uint32_t doc)
{
    const uint32_t *docs = word->part.docs;
    uint32_t at = word->index < word->part.count && docs[word->index] <= doc ? word->index : 0, count = word->part.count;
    while (at + 16 <= count && docs[at + 15] < doc) at += 16;
    if (at + 16 <= count) return at + docs_below(docs + at, doc);
    while (docs[at] < doc) at++;
    return at;
}

/* ---- Positions ---- */

static bool word_room(struct phrase_words *words, struct phrase_word *word, uint32_t tf)
{
    if (tf <= word->room) return true;
    uint32_t room = word->room ? word->room : 64;
    while (room < tf && room < UINT32_MAX / 2) room *= 2;
    if (room < tf) room = tf;
    word->positions = arena_take(words->arena, room * sizeof *word->positions);
    word->room = word->positions ? room : 0;
    return word->positions || word_broken(word, "positions", memory_rule);
}

static uint32_t stand_inline(struct phrase_words *words, struct phrase_word *word, uint32_t doc)
{
    const struct inline_list *list = &word->list->inlined;
    uint32_t i = 0;
    word->before = 0;
    for (; i < list->df && list->docs[i] < doc; i++) word->before += list->tfs[i];
    if (i == list->df || list->docs[i] != doc || !word_room(words, word, list->tfs[i])) return 0;
    word->tf = list->tfs[i];
    return word->tf;
}

/* Finds the document's posting, and memory for its positions. Returns its frequency; 0: the document does not have the word, or
 * damage was noted. */
static uint32_t word_stand(struct phrase_words *words, struct phrase_word *word, uint32_t doc)
{
    struct ranked_list *list = word->list;
    struct position_walk *walk = &word->walk;
    if (list->shape == CURSOR_INLINE) return stand_inline(words, word, doc);
    if (!word->walking) {
        if (!list->list.has_positions) return word_broken(word, "postings", "the list has no positions");
        word->walking = position_walk_open(walk, list->segment, &list->view, &list->list);
        if (!word->walking) return 0;
    }
    if (list->list.paged) {
        if (word->page_number != doc / POSTING_PAGE && !load_page(words, word, doc / POSTING_PAGE)) return 0;
        int found = word->page->count ? word->page->kernel->find(word->page, doc % POSTING_PAGE) : -1;
        if (found < 0) return 0;
        word->index = (uint32_t)found;
        word->tf = position_page_tf(word->page, word->index);
        return word->tf;
    }
    const struct position_part *part = &word->part;
    if ((!part->count || doc < part->docs[0] || doc > part->docs[part->count - 1]) && !load_block(word, doc)) return 0;
    word->index = block_find(word, doc);
    word->tf = part->tfs[word->index];
    return part->docs[word->index] == doc ? word->tf : 0;
}

/* The positions of the posting it stands on, up to the first that is at least `enough`. Returns how many; 0: damage, which is
 * noted.
 */
static uint32_t word_read(struct phrase_words *words, struct phrase_word *word, uint32_t enough)
{
    struct position_walk *walk = &word->walk;
    if (word->list->shape == CURSOR_INLINE) {
        uint32_t count = 0;
        do word->positions[count] = word->list->inlined.positions[word->before + count];
        while (word->positions[count++] < enough && count < word->tf);
        return count;
    }
    bool paged = word->list->list.paged;
    if (!(paged ? position_walk_turn_page(walk, word->page_number, word->page) : position_walk_turn(walk, &word->part))) return 0;
    if (word->tf > word->room) {
        if (!position_walk_holds(walk, word->tf))
            return word_broken(word, "positions", "a posting has more positions than its group");
        if (!word_room(words, word, word->tf)) return 0;
    }
    return paged ? position_walk_read_page(walk, word->page, word->index, enough, word->positions)
                 : position_walk_read(walk, &word->part, word->index, enough, word->positions);
}

/* Where the phrase may begin by its first word. */
static uint32_t first_starts(struct phrase_words *words, const struct phrase_word *word, uint32_t count)
{
    uint32_t kept = 0;
    if (count > words->start_room) {
        words->starts = arena_take(words->arena, word->room * sizeof *words->starts);
        words->start_room = words->starts ? word->room : 0;
        if (!words->starts) {
            segment_broken(words->segment, "positions", memory_rule);
            return 0;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        if (word->positions[i] >= word->offset) words->starts[kept++] = word->positions[i] - word->offset;
    return kept;
}

/* Keeps the starts from which the word stands at its place. Both ascend. */
static uint32_t keep_starts(uint32_t *starts, uint32_t start_count, const struct phrase_word *word, uint32_t count)
{
    uint32_t kept = 0, at = 0;
    for (uint32_t i = 0; i < start_count; i++) {
        uint32_t wanted = starts[i] + word->offset;
        while (at < count && word->positions[at] < wanted) at++;
        if (at == count) break;
        if (word->positions[at] == wanted) starts[kept++] = starts[i];
    }
    return kept;
}

static bool count_titles(struct phrase_words *words, uint32_t doc)
{
    enum query_field field = words->leaf->node->field;
    words->title_tf = 0;
    if (field > QUERY_BODY || (field == QUERY_TEXT && words->bm25->title_weight == 1)) return true;
    uint32_t title_length = segment_title_length(words->segment, doc);
    while (words->title_tf < words->tf && words->starts[words->title_tf] < title_length) words->title_tf++;
    if (field == QUERY_TITLE) return words->title_tf > 0;
    return field == QUERY_TEXT || words->tf > words->title_tf;
}

/* The most that so many occurrences can add. */
static uint32_t bound_of(const struct phrase_words *words, uint32_t doc, uint32_t tf)
{
    const struct ranked_list *list = words->words[0].list;
    bool titles = words->leaf->node->field == QUERY_TEXT && words->bm25->title_weight > 1;
    float weighted = titles ? words->bm25->title_weight * (float)tf : (float)tf;
    return ranked_list_impact_at(list, weighted, words->leaf->counts_length ? segment_length_byte(words->segment, doc) : 0);
}

/* Words near each other are there no more often than what each of them needs. */
static bool match_near(struct phrase_words *words, uint32_t doc, uint32_t least)
{
    const struct query_node *node = words->leaf->node;
    uint32_t tf = UINT32_MAX, used = 0, enough = UINT32_MAX, title_length = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        struct phrase_word *word = &words->words[i];
        if (!word->need) continue;
        uint32_t found = word_stand(words, word, doc) / word->need;
        if (!found) return false;
        if (found < tf) tf = found;
    }
    if (least && bound_of(words, doc, tf) < least) return false;
    for (uint32_t i = 0; i < words->count; i++) {
        struct phrase_word *word = &words->words[i];
        struct near_word *near = &words->near[used];
        if (!word->need) continue;
        near->count = word_read(words, word, enough);
        near->positions = word->positions;
        near->need = word->need;
        if (near->count < near->need) return false;
        if (used++ == 0) { /* nothing behind its last stretch is looked at */
            uint32_t last = near->positions[near->count - 1];
            enough = last < UINT32_MAX - node->span ? last + node->span : UINT32_MAX;
        }
    }
    if (node->field <= QUERY_BODY) title_length = segment_title_length(words->segment, doc);
    words->title_tf = title_length ? near_count(words->near, used, node->span, 0, title_length) : 0;
    uint32_t body_tf = near_count(words->near, used, node->span, title_length, UINT32_MAX);
    words->tf = words->title_tf + body_tf;
    return node->field == QUERY_TITLE ? words->title_tf > 0 : node->field == QUERY_BODY ? body_tf > 0 : words->tf > 0;
}

bool phrase_words_match(struct phrase_words *words, uint32_t doc, uint32_t least)
{
    if (words->near) return match_near(words, doc, least);
    uint32_t left = 0, tf = UINT32_MAX;
    for (uint32_t i = 0; i < words->count && i < 2; i++) { /* two words know most of what there is to know */
        uint32_t found = word_stand(words, &words->words[i], doc);
        if (!found) return false;
        if (found < tf) tf = found;
    }
    if (least && bound_of(words, doc, tf) < least) return false;
    /* The one that occurs less often says best where the phrase may be. */
    uint32_t second = words->count > 1 && words->words[1].tf < words->words[0].tf;
    for (uint32_t i = 0; i < words->count; i++) {
        struct phrase_word *word = &words->words[i < 2 ? i ^ second : i];
        if (i >= 2 && !word_stand(words, word, doc)) return false;
        uint32_t count = word_read(words, word, i ? words->starts[left - 1] + word->offset : UINT32_MAX);
        if (i == 0) left = first_starts(words, word, count);
        else if (left > 1) left = keep_starts(words->starts, left, word, count);
        else left = count && word->positions[count - 1] == words->starts[0] + word->offset; /* none behind it was read */
        if (!left) return false;
    }
    words->tf = left;
    return count_titles(words, doc);
}

float phrase_words_score(const struct phrase_words *words, uint32_t doc)
{
    float tf = leaf_tf(words->leaf, words->bm25, words->tf, words->title_tf);
    return tf > 0 ? words->leaf->weight * bm25_impact(tf, leaf_norm(words->leaf, words->bm25, words->segment, doc)) : 0;
}
