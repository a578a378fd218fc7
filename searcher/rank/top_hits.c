#include "top_hits.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROOM = 64,
    FEW = 40, /* so few are sorted by insertion */
    SAMPLE = 32,
};

static void sift_down(struct ranked_hit *hits, uint64_t count, uint64_t at)
{
    struct ranked_hit moved = hits[at];
    for (;;) {
        uint64_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && hit_before(&hits[child], &hits[child + 1])) child++;
        if (hit_before(&hits[child], &moved)) break; /* the worse child is better than what is moved */
        hits[at] = hits[child];
        at = child;
    }
    hits[at] = moved;
}

static void sift_up(struct ranked_hit *hits, uint64_t at)
{
    struct ranked_hit moved = hits[at];
    while (at > 0 && hit_before(&hits[(at - 1) / 2], &moved)) {
        hits[at] = hits[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    hits[at] = moved;
}

static int compare_hits(const void *a, const void *b)
{
    return hit_before(a, b) ? -1 : hit_before(b, a);
}

/* ---- More than a heap is good for ---- */

/* The score that about `share` of the hits are above: that of a sample. The places are spread, whatever the order of the hits. */
static float sampled_score(const struct ranked_hit *hits, uint64_t count, double share)
{
    float sample[SAMPLE];
    for (uint64_t i = 0; i < SAMPLE; i++) {
        float score = hits[(i * UINT64_C(0x9e3779b97f4a7c15) >> 32) * count >> 32].score;
        uint64_t at = i;
        for (; at > 0 && sample[at - 1] < score; at--) sample[at] = sample[at - 1];
        sample[at] = score;
    }
    return sample[(uint32_t)(share * (SAMPLE - 1))];
}

/* Brings those with a higher score to the front; returns how many. Without a branch that could be foreseen only half the time. */
static uint64_t part_above(struct ranked_hit *hits, uint64_t count, float score)
{
    uint64_t above = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct ranked_hit moved = hits[i];
        hits[i] = hits[above];
        hits[above] = moved;
        above += moved.score > score;
    }
    return above;
}

static uint64_t part_equal(struct ranked_hit *hits, uint64_t count, float score)
{
    uint64_t equal = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct ranked_hit moved = hits[i];
        hits[i] = hits[equal];
        hits[equal] = moved;
        equal += moved.score == score;
    }
    return equal;
}

/* Brings the best k to the front, in any order but for the last of them, which is the worst (Hoare 1961, Algorithm 65, with the
 * sampling of Floyd and Rivest 1975). 0 < k <= count. */
static void select_best(struct ranked_hit *hits, uint64_t count, uint64_t k)
{
    for (;;) {
        float score = sampled_score(hits, count, (double)k / (double)count);
        uint64_t above = part_above(hits, count, score), equal = part_equal(hits + above, count - above, score);
        if (k <= above) {
            count = above;
        } else if (k > above + equal) {
            hits += above + equal;
            count -= above + equal;
            k -= above + equal;
        } else { /* of equal scores, those that arrived first */
            qsort(hits + above, equal, sizeof *hits, compare_hits);
            return;
        }
    }
}

static void keep_best(struct top_hits *top)
{
    select_best(top->hits, top->count, top->k);
    top->count = top->k;
    top->worst = top->hits[top->k - 1];
    top->is_full = true;
}

/* ---- */

static bool make_room(struct top_hits *top, uint64_t most)
{
    uint64_t room = top->room ? 2 * top->room : FIRST_ROOM;
    if (room > most) room = most;
    struct ranked_hit *hits = realloc(top->hits, room * sizeof *hits);
    if (!hits) return false;
    top->hits = hits;
    top->room = room;
    return true;
}

static bool add_to_heap(struct top_hits *top, const struct ranked_hit *hit)
{
    if (top->count < top->k) {
        if (top->count == top->room && !make_room(top, top->k)) return false;
        top->hits[top->count++] = *hit;
        sift_up(top->hits, top->count - 1);
    } else if (hit_before(hit, &top->hits[0])) {
        top->hits[0] = *hit;
        sift_down(top->hits, top->count, 0);
    }
    top->is_full = top->count == top->k;
    top->worst = top->hits[0];
    return true;
}

bool top_hits_add(struct top_hits *top, const struct ranked_hit *hit)
{
    if (top->k == 0) return true;
    if (top->k <= TOP_HEAP_MOST) return add_to_heap(top, hit);
    if (top->is_full && !hit_before(hit, &top->worst)) return true;
    const uint64_t most = top->k < UINT64_MAX / 2 ? top->k + top->k / 2 : UINT64_MAX;
    if (top->count == most) keep_best(top);
    if (top->count == top->room && !make_room(top, most)) return false;
    top->hits[top->count++] = *hit;
    if (top->count == top->k && !top->is_full) keep_best(top);
    return true;
}

static void sort_few(struct ranked_hit *hits, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        struct ranked_hit moved = hits[i];
        uint64_t at = i;
        for (; at > 0 && hit_before(&moved, &hits[at - 1]); at--) hits[at] = hits[at - 1];
        hits[at] = moved;
    }
}

/* Descending scores as ascending numbers: the bits of floats that are not negative are in their order. */
static uint32_t score_key(const struct ranked_hit *hit)
{
    uint32_t bits;
    memcpy(&bits, &hit->score, sizeof bits);
    return ~bits;
}

/* By score alone, a byte of it at a time from the lowest (radix sort); four passes end where they began. */
static void sort_scores(struct ranked_hit *hits, struct ranked_hit *other, uint64_t count)
{
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        uint64_t starts[257] = {0};
        for (uint64_t i = 0; i < count; i++) starts[(score_key(&hits[i]) >> shift & 255) + 1]++;
        for (uint32_t i = 1; i <= 256; i++) starts[i] += starts[i - 1];
        for (uint64_t i = 0; i < count; i++) other[starts[score_key(&hits[i]) >> shift & 255]++] = hits[i];
        struct ranked_hit *from = hits;
        hits = other;
        other = from;
    }
}

void top_hits_sort(struct top_hits *top)
{
    if (top->count > top->k) keep_best(top);
    struct ranked_hit *other = top->count > FEW ? malloc(top->count * sizeof *other) : NULL;
    if (!other) { /* few, or memory refused: slower, that is all */
        if (top->count <= FEW) sort_few(top->hits, top->count);
        else qsort(top->hits, top->count, sizeof *top->hits, compare_hits);
        return;
    }
    sort_scores(top->hits, other, top->count);
    free(other);
    for (uint64_t first = 0, end; first < top->count; first = end) { /* equal scores */
        for (end = first + 1; end < top->count && top->hits[end].score == top->hits[first].score;) end++;
        if (end - first > FEW) qsort(top->hits + first, end - first, sizeof *top->hits, compare_hits);
        else sort_few(top->hits + first, end - first);
    }
}

void top_hits_free(struct top_hits *top)
{
    free(top->hits);
    *top = (struct top_hits){0};
}
