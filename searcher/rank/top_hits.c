#include "top_hits.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

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

bool top_hits_add(struct top_hits *top, const struct ranked_hit *hit)
{
    if (top->k == 0) return true;
    if (top->count == top->k) {
        if (hit_before(hit, &top->hits[0])) {
            top->hits[0] = *hit;
            sift_down(top->hits, top->count, 0);
        }
        return true;
    }
    if (top->count == top->room) {
        uint64_t room = top->room ? 2 * top->room : FIRST_ROOM;
        if (room > top->k) room = top->k;
        struct ranked_hit *hits = realloc(top->hits, room * sizeof *hits);
        if (!hits) return false;
        top->hits = hits;
        top->room = room;
    }
    top->hits[top->count++] = *hit;
    sift_up(top->hits, top->count - 1);
    return true;
}

static int compare_hits(const void *a, const void *b)
{
    return hit_before(a, b) ? -1 : hit_before(b, a);
}

void top_hits_sort(struct top_hits *top)
{
    if (top->count) qsort(top->hits, top->count, sizeof *top->hits, compare_hits);
}

void top_hits_free(struct top_hits *top)
{
    free(top->hits);
    *top = (struct top_hits){0};
}
