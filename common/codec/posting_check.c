#include "impact.h"
#include "posting_record.h"

/* What is being recounted. */
struct recount {
    const struct posting_list *list;
    posting_impact *impact;
    void *context;
    uint64_t cf;
    uint32_t df;
    uint32_t reached[POSTING_KTH]; /* postings whose impact is at least the stored k-th */
    bool reached_most;             /* whether any has the stored maximum */
    /* the title posting next to come */
    uint32_t title_block, title_at, title_count, title_seen;
    uint32_t title_docs[POSTING_BLOCK], title_tfs[POSTING_BLOCK];
};

/* Makes sure that title_docs[title_at] is the next title posting, if there is one left. */
static const char *title_load(struct recount *recount)
{
    const struct posting_list *list = recount->list;
    if (recount->title_at < recount->title_count || recount->title_block == list->title_block_count) return NULL;
    const char *rule = posting_title_docs(list, recount->title_block, recount->title_docs);
    if (!rule) rule = posting_title_tfs(list, recount->title_block, recount->title_tfs);
    recount->title_at = 0;
    recount->title_count = posting_title_count(list, recount->title_block++);
    return rule;
}

/* Counts one posting; *impact is what it can add, or 0 when impacts aren't known. */
static const char *recount_posting(struct recount *recount, uint32_t doc, uint32_t tf, float *impact)
{
    const struct posting_list *list = recount->list;
    const char *rule = title_load(recount);
    uint32_t title_tf = 0;
    if (rule) return rule;
    if (recount->title_at < recount->title_count && recount->title_docs[recount->title_at] == doc) {
        title_tf = recount->title_tfs[recount->title_at++];
        recount->title_seen++;
        if (title_tf > tf) return "a posting occurs more often in the title than in all";
    }
    recount->df++;
    recount->cf += tf;
    *impact = 0;
    if (!recount->impact) return NULL;
    *impact = recount->impact(recount->context, doc, tf, title_tf);
    if (*impact > list->max_impact) return "a posting's impact is above the list's maximum";
    recount->reached_most |= *impact == list->max_impact;
    for (uint32_t i = 0; i < POSTING_KTH; i++) recount->reached[i] += *impact >= list->kth[i];
    return NULL;
}

static bool bounded(const struct posting_list *list, uint32_t code, float impact)
{
    return (double)code * (double)list->unit >= (double)impact;
}

static const char *check_blocks(struct recount *recount)
{
    const struct posting_list *list = recount->list;
    uint32_t docs[POSTING_BLOCK], tfs[POSTING_BLOCK];
    for (uint32_t block = 0; block < list->block_count; block++) {
        const char *rule = posting_block_docs(list, block, docs);
        if (!rule) rule = posting_block_tfs(list, block, tfs);
        for (uint32_t i = 0, count = posting_block_count(list, block); i < count && !rule; i++) {
            float impact;
            rule = recount_posting(recount, docs[i], tfs[i], &impact);
            if (!rule && !bounded(list, posting_block_max(list, block), impact))
                rule = "a posting's impact is above its block's maximum";
            uint32_t run = posting_block_runs(list, block) >> i / POSTING_RUN * 4 & 15;
            if (!rule && (run == 0 || !bounded(list, run * IMPACT_GRID_STEP, impact)))
                rule = "a posting's impact is above its run's maximum";
        }
        if (rule) return rule;
    }
    return NULL;
}

/* The grid has nothing where there are no postings, and the page maximum reaches each of its cells. */
static const char *check_cells(const struct posting_list *list, uint32_t page, const float cells[16])
{
    uint32_t count = 256U >> list->grid_shift;
    for (uint32_t i = 0; i < count; i++) {
        size_t cell = (size_t)page * count + i;
        uint32_t code = (uint32_t)list->grid[cell / 2] >> cell % 2 * 4 & 15;
        if ((cells[i] < 0) != (code == 0)) return "the grid is not empty exactly where there are no postings";
        if (code && !bounded(list, code * IMPACT_GRID_STEP, cells[i])) return "a posting's impact is above its cell's maximum";
    }
    return NULL;
}

static const char *check_pages(struct recount *recount)
{
    const struct posting_list *list = recount->list;
    uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE];
    for (uint32_t page = 0; page < list->block_count; page++) {
        float cells[16];
        for (uint32_t i = 0; i < 16; i++) cells[i] = -1;
        uint32_t count = posting_page_count(list, page);
        const char *rule = posting_page_docs(list, page, docs);
        if (!rule) rule = posting_page_tfs(list, page, tfs);
        for (uint32_t i = 0; i < count && !rule; i++) {
            float impact;
            rule = recount_posting(recount, docs[i], tfs[i], &impact);
            if (rule) break;
            if (!bounded(list, list->page_max[page], impact)) rule = "a posting's impact is above its page's maximum";
            uint32_t cell = docs[i] % POSTING_PAGE >> list->grid_shift;
            if (impact > cells[cell]) cells[cell] = impact;
        }
        if (!rule) rule = check_cells(list, page, cells);
        if (rule) return rule;
    }
    for (uint64_t i = list->block_count; i < posting_page_max_size(list->block_count); i++)
        if (list->page_max[i]) return "there are page maxima past the last page";
    return NULL;
}

const char *posting_list_check(const struct posting_list *list, posting_impact *impact, void *context)
{
    struct recount recount = {.list = list, .impact = impact, .context = context};
    const char *rule = list->paged ? check_pages(&recount) : check_blocks(&recount);
    if (rule) return rule;
    if (recount.df != list->df) return "the document frequency is not the number of postings";
    if (recount.cf != list->cf) return "the collection frequency is not the sum of the frequencies";
    if (recount.title_seen != list->title_df) return "a title posting is not one of the list's";
    for (uint32_t group = 0; group < list->group_count && list->has_positions; group++) {
        uint64_t offset, length;
        if (!posting_group_range(list, group, &offset, &length)) return "position groups are not in order";
    }
    if (impact && !recount.reached_most) return "no posting has the list's largest impact";
    for (uint32_t i = 0; i < POSTING_KTH && impact; i++)
        if (list->kth[i] > 0 && recount.reached[i] < posting_kth_k[i]) return "a stored k-th impact is above the true one";
    return NULL;
}
