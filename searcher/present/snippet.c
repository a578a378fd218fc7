/*
 * Which passages of an article show best why it was found.
 *
 * A window is a run of matches that fits into the columns it may have. It is worth
 *
 *       sum over its clauses of  weight x first        first: 1, or 0.15 where an earlier window shows the clause
 *     + sum over its clauses of  weight x 0.1          for the second and the third match of the clause
 *     + nearness                                       for each two matches of different clauses in a row, d words apart:
 *                                                      0.2 x the smaller weight / d; in all at most half of the first sum
 *     + 0.1 x the largest weight / (1 + c / 1000)      for the first window, where it begins c columns into the article
 *
 * A phrase is one match and is in a window as a whole or not at all. For one, two and three passages, each with its share
 * of the columns, the windows are chosen one after the other, the most worth first, the earliest of equals; n passages are worth
 * the sum of their windows times 0.85^(n-1), and the n worth most is taken. A passage has 20 columns at least.
 *
 * A window is then filled up to a passage: snippet_span.h.
 *
 * Of each clause the first matches are considered, 2^18 divided by the number of clauses (at least 64), so that memory is bounded
 * in articles of any length; marks are complete all the same.
 */
#include "buffer.h"
#include "grapheme_cursor.h"
#include "present.h"
#include "snippet_span.h"
#include "status.h"
#include "text_matcher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PASSAGES_MAX = 3,
    PASSAGE_LEAST = 20, /* columns */
    WIDTH_DEFAULT = 240,
    WIDTH_MOST = 1 << 20,
    MATCHES_MOST = 1 << 18,
    MATCHES_LEAST = 64,
};

static const char ellipsis[] = "\xE2\x80\xA6", joint[] = " \xE2\x80\xA6 ";
enum { ELLIPSIS_COLUMNS = 1, JOINT_COLUMNS = 3 };

struct window {
    size_t first, last; /* matches, both included */
    double worth;
};

struct snippet_maker {
    uint32_t clause_count;
    const struct query_node **leaves;
    double *weights;                 /* by clause, > 0 */
    uint32_t *counts;                /* by clause: matches in the window at hand, or kept so far */
    bool *shown;                     /* by clause: an earlier window shows it */
    double heaviest;
    struct text_matcher *matcher;
    /* Of the article at hand: */
    bf_text body;
    size_t width;
    bool capped;                     /* not every match was kept */
    struct grapheme_cursor cursor;
    struct buffer matches;           /* struct text_match */
    struct buffer columns;           /* uint64_t by match: the column where it begins, right for those that may share a window */
    struct region region;
    struct buffer out;
    struct buffer out_matches;       /* struct text_match: in the passage shown */
};

static const struct text_match *match_at(const struct snippet_maker *snippet, size_t i)
{
    return (const struct text_match *)(const void *)snippet->matches.bytes + i;
}

static size_t match_count(const struct snippet_maker *snippet) { return snippet->matches.length / sizeof(struct text_match); }

/* ---- Matches ---- */

static bf_status keep_match(void *context, const struct text_match *match)
{
    struct snippet_maker *snippet = context;
    uint32_t most = MATCHES_MOST / snippet->clause_count;
    if (snippet->counts[match->clause]++ < (most > MATCHES_LEAST ? most : MATCHES_LEAST))
        buffer_append(&snippet->matches, match, sizeof *match);
    else snippet->capped = true;
    return snippet->matches.failed ? BF_NO_MEMORY : BF_OK;
}

/* About how many columns the bytes take: near enough to choose by. */
static uint64_t guess_columns(const char *text, size_t length)
{
    uint32_t columns = 0; /* of at most twice BF_ARTICLE_MAX */
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        columns += (uint32_t)(byte < 0x80) + (byte >= 0xC2) + (byte >= 0xE3); /* without branches, for vectors */
    }
    return columns;
}

static bf_status find_matches(struct snippet_maker *snippet, bf_error *error)
{
    bf_status status = text_matcher_run(snippet->matcher, snippet->body, keep_match, snippet, error);
    if (status != BF_OK) return status;
    size_t count = match_count(snippet);
    bool ordered = true;
    for (size_t i = 1; i < count && ordered; i++)
        ordered = text_match_compare(match_at(snippet, i - 1), match_at(snippet, i)) <= 0;
    if (!ordered) qsort(snippet->matches.bytes, count, sizeof(struct text_match), text_match_compare);
    if (!buffer_extend(&snippet->columns, count * sizeof(uint64_t))) return count ? fail_memory(error) : BF_OK;
    uint64_t *columns = (uint64_t *)(void *)snippet->columns.bytes;
    uint64_t column = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t start = match_at(snippet, i)->start, gap = start - at;
        column += gap > 8 * snippet->width ? gap : guess_columns(snippet->body.bytes + at, gap);
        columns[i] = column;
        at = start;
    }
    return BF_OK;
}

/* ---- Windows ---- */

static double gain(const struct snippet_maker *snippet, uint32_t clause, uint32_t already)
{
    double part = already == 0 ? (snippet->shown[clause] ? 0.15 : 1) : already < 3 ? 0.1 : 0;
    return part * snippet->weights[clause];
}

static double nearness(const struct snippet_maker *snippet, size_t i)
{
    const struct text_match *a = match_at(snippet, i), *b = match_at(snippet, i + 1);
    if (a->clause == b->clause || b->start < a->end) return 0;
    const struct query_node *leaf = snippet->leaves[a->clause];
    uint32_t words_of_a = leaf->span ? 1 : leaf->term_count; /* words near each other are marked one by one */
    uint32_t apart = b->token - a->token, distance = apart > words_of_a ? apart - words_of_a + 1 : 1;
    return 0.2 * fmin(snippet->weights[a->clause], snippet->weights[b->clause]) / distance;
}

/* The best window of at most `columns` outside of those taken; false: there is none. */
static bool best_window(struct snippet_maker *snippet, uint64_t columns, const struct window *taken, unsigned taken_count,
                        struct window *best)
{
    const uint64_t *starts = (const uint64_t *)(const void *)snippet->columns.bytes;
    size_t count = match_count(snippet), left = 0;
    double sum = 0, near = 0;
    bool found = false;
    memset(snippet->counts, 0, snippet->clause_count * sizeof *snippet->counts);
    for (size_t right = 0; right < count; right++) {
        const struct text_match *match = match_at(snippet, right);
        for (unsigned i = 0; i < taken_count; i++) {
            if (right < taken[i].first || right > taken[i].last) continue;
            while (left < right) snippet->counts[match_at(snippet, left++)->clause] = 0;
            right = taken[i].last; /* go on behind it */
            left = right + 1;
            sum = near = 0;
            match = NULL;
            break;
        }
        if (!match) continue;
        sum += gain(snippet, match->clause, snippet->counts[match->clause]++);
        if (right > left) near += nearness(snippet, right - 1);
        uint64_t end = starts[right] + guess_columns(snippet->body.bytes + match->start, match->end - match->start);
        while (left < right && end - starts[left] > columns) {
            uint32_t clause = match_at(snippet, left)->clause;
            sum -= gain(snippet, clause, --snippet->counts[clause]);
            near -= nearness(snippet, left++);
        }
        double early = taken_count ? 0 : 0.1 * snippet->heaviest / (1 + (double)starts[left] / 1000);
        double worth = sum + fmin(near, sum / 2) + early;
        if (found && worth <= best->worth * (1 + 1e-9)) continue;
        *best = (struct window){left, right, worth};
        found = true;
    }
    return found;
}

static int window_compare(const void *a, const void *b)
{
    const struct window *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* What there is for words in so many passages; 0: they don't fit. */
static size_t columns_for(size_t width, unsigned passages)
{
    size_t signs = 2 * ELLIPSIS_COLUMNS + (passages - 1) * JOINT_COLUMNS;
    size_t least = passages == 1 ? 2 * ELLIPSIS_COLUMNS + 1 : passages * PASSAGE_LEAST;
    return width >= signs + least ? width - signs : 0;
}

/* Chooses up to PASSAGES_MAX windows, in order of the text; returns how many. */
static unsigned choose_windows(struct snippet_maker *snippet, struct window chosen[PASSAGES_MAX])
{
    unsigned chosen_count = 0;
    double chosen_worth = 0, discount = 1;
    for (unsigned passages = 1; passages <= PASSAGES_MAX; passages++, discount *= 0.85) {
        struct window windows[PASSAGES_MAX] = {{0}};
        unsigned count = 0;
        double worth = 0;
        size_t columns = columns_for(snippet->width, passages);
        if (passages > 1 && columns == 0) break;
        memset(snippet->shown, 0, snippet->clause_count * sizeof *snippet->shown);
        while (count < passages && best_window(snippet, columns / passages, windows, count, &windows[count])) {
            for (size_t i = windows[count].first; i <= windows[count].last; i++)
                snippet->shown[match_at(snippet, i)->clause] = true;
            worth += windows[count++].worth;
        }
        if (count < passages) {
            if (passages > 1) break;
            return 0;
        }
        worth *= discount;
        if (passages > 1 && worth <= chosen_worth) continue;
        chosen_worth = worth;
        chosen_count = count;
        memcpy(chosen, windows, sizeof windows);
    }
    qsort(chosen, chosen_count, sizeof *chosen, window_compare);
    return chosen_count;
}

/* ---- Passages ---- */

static bf_status keep_shown(void *context, const struct text_match *match)
{
    struct buffer *kept = context;
    buffer_append(kept, match, sizeof *match);
    return kept->failed ? BF_NO_MEMORY : BF_OK;
}

/* Appends the cells to what is shown, with the matches among them. */
static bf_status show_span(struct snippet_maker *snippet, struct span span, bf_error *error)
{
    const struct region *region = &snippet->region;
    size_t from = region_cell(region, span.start)->start, to = region_cell(region, span.end)->start;
    size_t raw_from = region_raw_of_cell(region, span.start), raw_to = region_raw_of_cell(region, span.end);
    size_t first = snippet->out_matches.length, base = snippet->out.length;
    size_t raw_base = 0;
    if (snippet->capped) {
        bf_text piece = {snippet->body.bytes + raw_from, raw_to - raw_from};
        bf_status status = text_matcher_run(snippet->matcher, piece, keep_shown, &snippet->out_matches, error);
        if (status != BF_OK) return status;
        raw_base = raw_from;
    } else {
        for (size_t i = 0, count = match_count(snippet); i < count; i++) {
            const struct text_match *match = match_at(snippet, i);
            if (match->start >= raw_to) break;
            if (match->end > raw_from) buffer_append(&snippet->out_matches, match, sizeof *match);
        }
    }
    struct text_match *matches = (struct text_match *)(void *)snippet->out_matches.bytes;
    size_t kept = first / sizeof *matches, end = snippet->out_matches.length / sizeof *matches;
    for (size_t i = kept; i < end && !snippet->out_matches.failed; i++) {
        size_t start_shown = region_shown_at(region, matches[i].start + raw_base);
        size_t end_shown = region_shown_at(region, matches[i].end + raw_base);
        if (start_shown < from) start_shown = from;
        if (end_shown > to) end_shown = to;
        if (start_shown >= end_shown) continue;
        matches[kept] = matches[i];
        matches[kept].start = base + start_shown - from;
        matches[kept++].end = base + end_shown - from;
    }
    snippet->out_matches.length = kept * sizeof *matches;
    buffer_append(&snippet->out, region->text.bytes + from, to - from);
    return BF_OK;
}

/* How many bytes behind `at`, or before it, surely hold the columns, if so many stand there. Of what is not ASCII half may be
 * marks without a width. */
static size_t bytes_holding(bf_text body, size_t at, size_t limit, bool back, size_t columns)
{
    size_t bytes = 0, most = 4 * columns + 64, halves = 0, wanted = 2 * (columns + 32);
    if (limit < most) most = limit;
    for (; bytes < most && halves < wanted; bytes++) {
        uint8_t byte = (uint8_t)body.bytes[back ? at - 1 - bytes : at + bytes];
        halves += byte < 0x80 ? 2 : byte >= 0xC0;
    }
    return bytes;
}

/* The region around the bytes [start, end) of the body that is enough to fill the columns from, within [low, high]. */
static void show_region(struct snippet_maker *snippet, size_t start, size_t end, size_t columns, size_t low, size_t high)
{
    size_t most = bytes_holding(snippet->body, start, end - start, false, columns);
    if (end - start > most) end = start + most; /* no more of it will fit */
    size_t from = start - bytes_holding(snippet->body, start, start - low, true, columns);
    size_t to = end + bytes_holding(snippet->body, end, high - end, false, columns);
    if (from > low) {
        grapheme_seek(&snippet->cursor, from);
        from = snippet->cursor.at;
    }
    struct grapheme_cursor ahead = snippet->cursor;
    if (to < high) {
        grapheme_seek(&ahead, to);
        to = ahead.at;
    }
    region_show(&snippet->region, snippet->body, from, to);
}

static bf_status make_passages(struct snippet_maker *snippet, const struct window *windows, unsigned window_count,
                               bf_error *error)
{
    unsigned passages = window_count ? window_count : 1;
    size_t left = columns_for(snippet->width, passages), low = 0;
    bool signs = left > 0, cut_after = false;
    if (!signs) left = snippet->width;
    for (unsigned i = 0; i < passages; i++) {
        size_t start = 0, end = 0, high = snippet->body.length, columns = left / (passages - i);
        if (window_count) {
            start = match_at(snippet, windows[i].first)->start;
            for (size_t m = windows[i].first; m <= windows[i].last; m++)
                if (match_at(snippet, m)->end > end) end = match_at(snippet, m)->end;
        }
        if (start < low) start = low; /* a match that reaches into the passage before */
        if (end < start) end = start;
        if (i + 1 < window_count) {
            struct grapheme_cursor ahead = snippet->cursor;
            size_t next = match_at(snippet, windows[i + 1].first)->start;
            grapheme_seek(&ahead, next > low ? next : low);
            high = ahead.at > end ? ahead.at : end;
            high = grapheme_seek_end(&ahead, high > ahead.at ? high : ahead.at);
        }
        show_region(snippet, start, end, columns, low, high);
        struct region *region = &snippet->region;
        if (region_failed(region)) return fail_memory(error);
        size_t first = region_cell_at(region, region_shown_at(region, start)), end_shown = region_shown_at(region, end);
        size_t last = region_cell_at(region, end_shown);
        if (last < region->cell_count && region_cell(region, last)->start < end_shown) last++;
        struct span span = span_fill(region, first, last, (uint32_t)columns);
        bool follows = i > 0 && region->raw_start == low && span.start == 0;
        if (span.start == span.end) continue; /* all of it stands in the passage before */
        const char *between = follows ? " " : joint;
        if (snippet->out.length == 0) between = signs && span.cut_before ? ellipsis : "";
        else if (snippet->out.bytes[snippet->out.length - 1] == ' ') between++; /* part of a grapheme, as after U+0600 */
        buffer_append_string(&snippet->out, between);
        bf_status status = show_span(snippet, span, error);
        if (status != BF_OK) return status;
        left -= region_columns(region, span.start, span.end);
        cut_after = span.cut_after;
        low = region_raw_of_cell(region, span.end);
        if (snippet->cursor.at < region->raw_start) snippet->cursor.at = region->raw_start;
    }
    if (signs && cut_after) buffer_append_string(&snippet->out, ellipsis);
    return BF_OK;
}

/* Whether at least so many columns will be shown of it: those of its printable ASCII. */
static bool has_columns(bf_text body, size_t wanted)
{
    size_t columns = 0;
    for (size_t i = 0; i < body.length; i++) columns += body.bytes[i] > 0x20 && body.bytes[i] < 0x7F;
    return columns >= wanted;
}

/* A body that fits as a whole is shown as a whole. */
static bf_status show_whole(struct snippet_maker *snippet, bool *shown, bf_error *error)
{
    *shown = false;
    if (snippet->body.length > 8 * snippet->width || has_columns(snippet->body, snippet->width + 1)) return BF_OK;
    struct region *region = &snippet->region;
    region_show(region, snippet->body, 0, snippet->body.length);
    if (region_failed(region)) return fail_memory(error);
    struct span span = {0, region->cell_count, false, false};
    while (span.end > 0 && region_cell(region, span.end - 1)->flags & CELL_SPACE) span.end--;
    if (region_columns(region, span.start, span.end) > snippet->width) return BF_OK;
    *shown = true;
    return show_span(snippet, span, error);
}

bf_status snippet_maker_new(const struct query *query, const float *weights, struct analyzer *analyzer, struct arena *arena,
                            struct snippet_maker **result, bf_error *error)
{
    uint32_t clauses = query_leaf_count(query);
    struct snippet_maker *maker = arena_take(arena, sizeof *maker);
    if (!maker) return fail_memory(error);
    *maker = (struct snippet_maker){
        .clause_count = clauses,
        .leaves = arena_take(arena, clauses * sizeof *maker->leaves),
        .weights = arena_take(arena, clauses * sizeof *maker->weights),
        .counts = arena_take(arena, clauses * sizeof *maker->counts),
        .shown = arena_take(arena, clauses * sizeof *maker->shown),
    };
    if (!maker->leaves || !maker->weights || !maker->counts || !maker->shown) return fail_memory(error);
    query_leaves(query, maker->leaves);
    for (uint32_t i = 0; i < clauses; i++) {
        double weight = weights ? (double)weights[i] : 1;
        maker->weights[i] = weight > 1e-6 && isfinite(weight) ? weight : 1e-6;
        if (maker->weights[i] > maker->heaviest) maker->heaviest = maker->weights[i];
    }
    bf_status status = text_matcher_new(query, analyzer, QUERY_BODY, false, arena, &maker->matcher, error);
    if (status == BF_OK) *result = maker;
    return status;
}

void snippet_maker_free(struct snippet_maker *maker)
{
    if (!maker) return;
    buffer_free(&maker->matches);
    buffer_free(&maker->columns);
    buffer_free(&maker->out);
    buffer_free(&maker->out_matches);
    region_free(&maker->region);
}

bf_status snippet_make(struct snippet_maker *snippet, bf_text body, size_t width, struct arena *arena, bf_passage *passage,
                       bf_error *error)
{
    struct window windows[PASSAGES_MAX];
    bool whole = false;
    if (width == 0) width = WIDTH_DEFAULT;
    snippet->body = body;
    snippet->width = width < WIDTH_MOST ? width : WIDTH_MOST;
    snippet->capped = false;
    snippet->cursor = (struct grapheme_cursor){body.bytes, body.length, 0};
    memset(snippet->counts, 0, snippet->clause_count * sizeof *snippet->counts);
    buffer_clear(&snippet->matches);
    buffer_clear(&snippet->columns);
    buffer_clear(&snippet->out);
    buffer_clear(&snippet->out_matches);
    bf_status status = find_matches(snippet, error);
    if (status == BF_OK) status = show_whole(snippet, &whole, error);
    if (status == BF_OK && !whole) status = make_passages(snippet, windows, choose_windows(snippet, windows), error);
    if (status != BF_OK) return status;

    bf_passage made = {.text = {.length = snippet->out.length}};
    const struct text_match *matches = (const struct text_match *)(const void *)snippet->out_matches.bytes;
    bool failed = snippet->out.failed || snippet->out_matches.failed;
    made.text.bytes = failed ? NULL : arena_copy(arena, snippet->out.bytes, snippet->out.length);
    if (!made.text.bytes) return fail_memory(error);
    status = marks_of_matches(made.text, matches, snippet->out_matches.length / sizeof *matches, arena, &made.marks,
                              &made.mark_count, error);
    if (status == BF_OK) *passage = made;
    return status;
}
