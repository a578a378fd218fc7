#include "short_window.h"

bool short_window_open(struct short_window *window, struct rank_run *run, const uint16_t *page_sums)
{
    uint32_t count = run->list_count - run->paged_count;
    window->run = run;
    window->page_sums = page_sums;
    window->walk_count = count;
    window->walks = arena_take_zeroed(&run->arena, (count + 1) * sizeof *window->walks);
    if (!window->walks) return false;
    for (uint32_t i = 0; i < count; i++) {
        window->walks[i].list = run->lists[run->by_weight[i]];
        if (window->walks[i].list->df >= POSTING_BLOCK) ranked_list_tabulate(window->walks[i].list);
    }
    return true;
}

/* Moves the walk to the first block that has documents of the window, and finds what they add at most. */
static void short_walk_to_window(const struct short_window *window, struct short_walk *walk)
{
    const struct ranked_list *list = walk->list;
    uint32_t blocks = ranked_list_blocks(list), code = 0;
    walk->most = 0;
    if (list->shape == CURSOR_INLINE) {
        for (uint32_t i = 0; i < list->df; i++)
            if (list->docs[i] >= window->first && list->docs[i] < window->end) walk->most = list->most;
        return;
    }
    while (walk->block < blocks && posting_block_last(&list->list, walk->block) < window->first) walk->block++;
    for (uint32_t block = walk->block; block < blocks; block++) {
        if (block && posting_block_last(&list->list, block - 1) >= window->end) break;
        if (posting_block_max(&list->list, block) > code) code = posting_block_max(&list->list, block);
    }
    if (code) walk->most = ranked_list_bound(list, code);
}

/* Adds what postings add, at most a block. None of their occurrences in titles counts differently. First all, as if frequencies
 * beyond the table's were its last, for which ones are can't be foretold; then what those lack. */
static void short_window_add_plain(struct short_window *window, const struct ranked_list *list, uint32_t at, uint32_t count)
{
    uint16_t *sums = window->run->scratch->sums;
    const uint32_t *docs = list->docs + at, *tfs = list->tfs + at, first = window->first;
    const uint8_t *lengths = window->lengths;
    const uint16_t (*impacts)[256] = (const uint16_t (*)[256])list->impacts;
    uint32_t beyond = 0;
    uint8_t which[POSTING_BLOCK];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t doc = docs[i], tf = tfs[i], line = tf < RANKED_TABLE_TFS ? tf : RANKED_TABLE_TFS;
        sums[doc - first] = (uint16_t)(sums[doc - first] + impacts[line - 1][lengths[doc]]);
        which[beyond] = (uint8_t)i;
        beyond += tf > RANKED_TABLE_TFS;
    }
    for (uint32_t j = 0; j < beyond; j++) {
        uint32_t i = which[j], doc = docs[i], bound = ranked_list_impact_at(list, (float)tfs[i], lengths[doc]);
        sums[doc - first] = (uint16_t)(sums[doc - first] + bound - impacts[RANKED_TABLE_TFS - 1][lengths[doc]]);
    }
}

/* The same where titles count, or there is no table. */
static void short_window_add_slowly(struct short_window *window, struct ranked_list *list, uint32_t at, uint32_t count)
{
    uint16_t *sums = window->run->scratch->sums;
    uint32_t title = UINT32_MAX, titles = 0;
    if (list->titles_matter && list->shape != CURSOR_INLINE) {
        title = ranked_list_title_from(list, list->docs[at]);
        titles = list->title_count;
    }
    for (uint32_t i = at; i < at + count; i++) {
        uint32_t doc = list->docs[i], place = doc - window->first, bound;
        while (title < titles && list->title_docs[title] < doc) title++;
        bool plain = list->shape != CURSOR_INLINE && !(title < titles && list->title_docs[title] == doc);
        if (plain && list->impacts && list->tfs[i] <= RANKED_TABLE_TFS)
            bound = list->impacts[list->tfs[i] - 1][list->leaf->counts_length ? window->lengths[doc] : 0];
        else if (plain) bound = ranked_list_impact_slowly(list, doc, list->tfs[i], 0);
        else bound = ranked_list_impact(list, doc, i, list->tfs[i]);
        sums[place] = (uint16_t)(sums[place] + bound);
    }
}

/* Remembers where documents are that something was added to, and in which pages. */
static void short_window_note(struct short_window *window, const uint32_t *docs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += POSTING_RUN) { /* the pages that sixteen of them are in, and those between */
        uint32_t last = i + POSTING_RUN < count ? i + POSTING_RUN - 1 : count - 1;
        uint32_t from = (docs[i] - window->first) / POSTING_PAGE, to = (docs[last] - window->first) / POSTING_PAGE;
        window->touched |= (UINT64_C(2) << to) - (UINT64_C(1) << from);
    }
    window->count += count;
    if (window->count <= SHORT_WINDOW_FEW) window->stretches[window->stretch_count++] = (struct short_stretch){docs, count};
}

/* How many of the ascending documents, at most a block's, are before `doc`: counting is faster than searching. */
static uint32_t short_window_before(const uint32_t *docs, uint32_t count, uint32_t doc)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) before += docs[i] < doc;
    return before;
}

/* Adds what those of the postings [at, at + count) add that are of the window. */
static void short_window_add_postings(struct short_window *window, struct ranked_list *list, uint32_t at, uint32_t count)
{
    const uint32_t *docs = list->docs;
    uint32_t end = at + count;
    if (docs[at] < window->first) at += short_window_before(docs + at, count, window->first);
    if (docs[end - 1] >= window->end) end = at + short_window_before(docs + at, end - at, window->end);
    if (at >= end) return;
    short_window_note(window, docs + at, end - at);
    if (list->impacts && list->leaf->counts_length && !list->titles_matter) short_window_add_plain(window, list, at, end - at);
    else short_window_add_slowly(window, list, at, end - at);
}

/* Adds those runs of a block that can be part of a winner: worth looking at where there is but one list. */
static void short_window_add_runs(struct short_window *window, struct ranked_list *list, uint32_t block, uint32_t count)
{
    uint32_t codes = posting_block_runs(&list->list, block);
    for (uint32_t at = 0; at < count; at += POSTING_RUN, codes >>= 4) {
        uint32_t here = count - at < POSTING_RUN ? count - at : POSTING_RUN;
        if ((codes & 15) * list->grid_step >= window->run->least)
            short_window_add_postings(window, list, block * POSTING_BLOCK + at, here);
    }
}

/* Adds those of the window's blocks that can be part of a winner. `others`: the most that all other lists can add. */
static void short_window_add_blocks(struct short_window *window, const struct short_walk *walk, uint32_t others)
{
    struct ranked_list *list = walk->list;
    uint32_t blocks = ranked_list_blocks(list);
    if (list->shape == CURSOR_INLINE) {
        short_window_add_postings(window, list, 0, list->df);
        return;
    }
    for (uint32_t block = walk->block; block < blocks; block++) {
        if (block && posting_block_last(&list->list, block - 1) >= window->end) break;
        if (ranked_list_bound(list, posting_block_max(&list->list, block)) + others < window->run->least) continue;
        if (!ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return;
        if (list->titles_matter && !ranked_list_titles(list)) return;
        uint32_t count = posting_block_count(&list->list, block);
        if (others == 0) short_window_add_runs(window, list, block, count);
        else short_window_add_postings(window, list, block * POSTING_BLOCK, count);
    }
}

bool short_window_add(struct short_window *window, uint32_t first)
{
    struct rank_run *run = window->run;
    uint32_t doc_count = run->segment->meta.doc_count, total = 0;
    window->first = first;
    window->end = doc_count - first > RANK_WINDOW ? first + RANK_WINDOW : doc_count;
    window->touched = 0;
    window->count = window->stretch_count = 0;
    for (uint32_t page = first / POSTING_PAGE; page * POSTING_PAGE < window->end; page++)
        if (window->page_sums[page] > total) total = window->page_sums[page];
    for (uint32_t i = 0; i < window->walk_count; i++) {
        short_walk_to_window(window, &window->walks[i]);
        total += window->walks[i].most;
    }
    if (total < run->least || total == 0) return false;
    if (!(window->lengths = segment_length_bytes(run->segment, first, window->end))) return false;
    for (uint32_t i = 0; i < window->walk_count; i++) {
        const struct short_walk *walk = &window->walks[i];
        if (walk->most) short_window_add_blocks(window, walk, total - walk->most);
    }
    return true;
}
