/* What a list really adds to documents of one page. */
#include "clause.h"

#include <string.h>

enum { MANY = 12 /* so many documents: a page's frequencies are unpacked at once */ };

struct page_parts {
    struct clause *clause;
    struct ranked_list *list;
    uint32_t page, first;
    const uint8_t *lengths;       /* by document */
    uint64_t titles[4];           /* those with occurrences that count differently */
};

static void set_part(struct page_parts *parts, uint32_t doc, uint32_t posting, uint32_t tf)
{
    struct ranked_list *list = parts->list;
    const struct leaf_weight *leaf = list->leaf;
    uint32_t low = doc - parts->first;
    float *part = &parts->clause->parts[low];
    bitset_add(parts->clause->parted, low);
    if (!tf || bitset_has(parts->titles, low)) {
        *part = tf ? ranked_list_score(list, doc, posting, tf) : 0;
        return;
    }
    float norm = leaf->counts_length ? list->bm25->norm[parts->lengths[doc]] : list->bm25->k1;
    *part = leaf->weight * bm25_impact((float)tf, norm);
}

static void find_short(struct page_parts *parts, const struct bounded *documents, uint32_t count)
{
    struct ranked_list *list = parts->list;
    uint32_t at = parts->clause->words[0].firsts[parts->page], end = parts->clause->words[0].firsts[parts->page + 1];
    for (uint32_t i = 0; i < count; i++) {
        while (at < end && list->docs[at] < documents[i].doc) at++;
        bool there = at < end && list->docs[at] == documents[i].doc && ranked_list_load_tfs(list, at / POSTING_BLOCK);
        set_part(parts, documents[i].doc, at, there ? list->tfs[at] : 0);
    }
}

/* The page was verified when its set was made, which is the clause's. */
static void find_paged(struct page_parts *parts, const struct bounded *documents, uint32_t count)
{
    struct ranked_list *list = parts->list;
    const uint64_t *set = parts->clause->maybe;
    uint32_t tfs[POSTING_PAGE], ranks[4] = {0};
    struct posting_page open;
    bool many = count >= MANY;
    if (!posting_page_open(&list->list, parts->page, &open)) return;
    const char *rule = many ? posting_page_tfs(&list->list, parts->page, tfs) : NULL;
    if (rule) segment_broken(list->segment, "postings", rule);
    if (rule) return;
    for (int word = 1; word < 4; word++) ranks[word] = ranks[word - 1] + (uint32_t)__builtin_popcountll(set[word - 1]);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t low = documents[i].doc - parts->first, tf = 0;
        if (bitset_has(set, low) && many)
            tf = tfs[ranks[low / 64] + (uint32_t)__builtin_popcountll(set[low / 64] & ((UINT64_C(1) << low % 64) - 1))];
        else if (bitset_has(set, low)) tf = posting_page_tf_at(&list->list, &open, low);
        set_part(parts, documents[i].doc, 0, tf);
    }
}

void clause_find_parts(struct clause *clause, const struct bounded *documents, uint32_t count)
{
    struct page_parts parts = {.clause = clause, .list = clause->words[0].list, .page = documents[0].doc / POSTING_PAGE};
    parts.first = parts.page * POSTING_PAGE;
    if (clause->parted_page != parts.page) memset(clause->parted, 0, sizeof clause->parted);
    clause->parted_page = parts.page;
    for (uint32_t i = 0; i < count; i++) clause->parts[documents[i].doc - parts.first] = 0; /* if there is damage */
    parts.lengths = clause_word_lengths(&clause->words[0], parts.page);
    if (!parts.lengths) return;
    if (parts.list->titles_matter) clause_word_titles(&clause->words[0], parts.page, parts.titles);
    if (ranked_list_is_paged(parts.list)) find_paged(&parts, documents, count);
    else find_short(&parts, documents, count);
}
