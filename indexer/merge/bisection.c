#include "bisection.h"

#include "bytes.h"
#include "status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELL = 16,                 /* documents that are not cut further; see posting_list.h */
    ROUNDS_MOST = 20,
    CHUNK = 2048,              /* documents a task, where several threads work on one cut */
    TASKS_A_THREAD = 8,        /* so many parts for each thread before every part is cut by one thread alone */
    STEPS = 4096,              /* of gap_step that are kept in a table */
};

#define NO_TERM UINT32_MAX

/* By term of the part that is being cut: each thread has one of its own. */
struct term_table {
    uint32_t *left, *right;    /* documents of each half that have the term */
    float *from_left, *from_right; /* how much it pulls documents of the left, and of the right half, to the right */
};

/*
 * A candidate is a document with how much it is pulled to the right: the bits of the float, made to order as numbers do, above
 * the document. All are different, so which of them are the least does not depend on how they are found.
 */
struct bisection {
    struct bisection_graph *graph;
    struct crew *crew;
    uint64_t *candidates;
    uint8_t *is_right;         /* by document: in which half it is */
    struct term_table *tables; /* by worker */
    float steps[STEPS];
};

/* Candidates [first, first + count) are to be cut; their terms are below term_count. */
struct part {
    uint32_t first, count, term_count;
};

static uint32_t document_of(uint64_t candidate) { return (uint32_t)candidate; }

static uint64_t candidate_make(float pull, uint32_t doc)
{
    uint32_t bits;
    memcpy(&bits, &pull, sizeof bits);
    bits ^= bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31;
    return (uint64_t)bits << 32 | doc;
}

static float pull_of(uint64_t candidate)
{
    uint32_t bits = (uint32_t)(candidate >> 32);
    bits ^= bits >> 31 ? UINT32_C(1) << 31 : UINT32_MAX;
    float pull;
    memcpy(&pull, &bits, sizeof pull);
    return pull;
}

/* ---- Gaps ---- */

/*
 * A term that d of n documents have costs about d log2(n / (d + 1)) bits of gaps. Of that d log2 n is the same wherever its
 * documents are, as long as halves are alike. This is by how much d log2(d + 1) grows with one document more.
 */
static float gap_step_compute(uint32_t degree)
{
    double d = degree;
    return (float)((d + 1) * log2(d + 2) - d * log2(d + 1));
}

static float gap_step(const struct bisection *bisection, uint32_t degree)
{
    return degree < STEPS ? bisection->steps[degree] : gap_step_compute(degree);
}

/* What a document of the left half saves by going to the right because of a term, and what one of the right half saves by being
 * there; `tilt`: what n alone makes of it when the halves are not alike. */
static void weigh_terms(const struct bisection *bisection, struct term_table *table, uint32_t term_count, float tilt)
{
    for (uint32_t term = 0; term < term_count; term++) {
        uint32_t left = table->left[term], right = table->right[term];
        table->from_left[term] = left ? tilt + gap_step(bisection, right) - gap_step(bisection, left - 1) : 0;
        table->from_right[term] = right ? tilt + gap_step(bisection, right - 1) - gap_step(bisection, left) : 0;
    }
}

static float sum_pulls(const uint32_t *terms, uint32_t count, const float *pulls)
{
    float a = 0, b = 0, c = 0, d = 0; /* four sums, so that no addition waits for the one before */
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        a += pulls[terms[i]];
        b += pulls[terms[i + 1]];
        c += pulls[terms[i + 2]];
        d += pulls[terms[i + 3]];
    }
    for (; i < count; i++) a += pulls[terms[i]];
    return (a + b) + (c + d);
}

static void weigh_candidates(const struct bisection *bisection, const struct term_table *table, uint32_t first, uint32_t end)
{
    const struct bisection_graph *graph = bisection->graph;
    for (uint32_t i = first; i < end; i++) {
        uint32_t doc = document_of(bisection->candidates[i]);
        if (i + 1 < end) __builtin_prefetch(graph->terms + graph->starts[document_of(bisection->candidates[i + 1])]);
        const float *pulls = bisection->is_right[doc] ? table->from_right : table->from_left;
        bisection->candidates[i] = candidate_make(sum_pulls(graph->terms + graph->starts[doc], graph->counts[doc], pulls), doc);
    }
}

struct weighing {
    const struct bisection *bisection;
    const struct term_table *table;
    const struct part *part;
};

static void weigh_chunk(void *context, uint32_t worker, uint32_t number)
{
    const struct weighing *weighing = context;
    uint32_t first = number * CHUNK, left = weighing->part->count - first;
    (void)worker;
    first += weighing->part->first;
    weigh_candidates(weighing->bisection, weighing->table, first, first + (left < CHUNK ? left : CHUNK));
}

/* ---- Who changes places ---- */

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    if (a > b) { uint64_t t = a; a = b; b = t; }
    return c < a ? a : c < b ? c : b;
}

/* Brings the `wanted` least to the front (Hoare's Find). 0 < wanted < count. */
static void select_least(uint64_t *values, uint32_t count, uint32_t wanted)
{
    int64_t low = 0, high = (int64_t)count - 1, last = (int64_t)wanted - 1;
    while (low < high) {
        int64_t step = (high - low) / 8, middle = low + (high - low) / 2;
        uint64_t pivot = median(median(values[low], values[low + step], values[low + 2 * step]),
                                median(values[middle - step], values[middle], values[middle + step]),
                                median(values[high - 2 * step], values[high - step], values[high]));
        int64_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i > j) break;
            uint64_t t = values[i];
            values[i++] = values[j];
            values[j--] = t;
        }
        if (last <= j) high = j;
        else if (last >= i) low = i;
        else return;
    }
}

/* Whether the best exchange of two documents saves more than so many bits. Rounds that save less and less are given up sooner
 * the more there were. */
static bool is_worth_it(const struct bisection *bisection, const struct part *part, uint32_t left_count, float least)
{
    const uint64_t *candidates = bisection->candidates + part->first;
    uint64_t most = 0, fewest = UINT64_MAX;
    for (uint32_t i = 0; i < left_count; i++)
        if (candidates[i] > most) most = candidates[i];
    for (uint32_t i = left_count; i < part->count; i++)
        if (candidates[i] < fewest) fewest = candidates[i];
    return pull_of(most) - pull_of(fewest) > least;
}

/* Those on the wrong side of the cut go over to their new half, and their terms with them. False: there were none. */
static bool move_documents(struct bisection *bisection, struct term_table *table, const struct part *part, uint32_t left_count)
{
    const struct bisection_graph *graph = bisection->graph;
    bool moved = false;
    for (uint32_t i = 0; i < part->count; i++) {
        uint32_t doc = document_of(bisection->candidates[part->first + i]);
        bool goes_right = i >= left_count;
        if (bisection->is_right[doc] == goes_right) continue;
        uint32_t *from = goes_right ? table->left : table->right, *to = goes_right ? table->right : table->left;
        const uint32_t *terms = graph->terms + graph->starts[doc];
        for (uint32_t j = 0; j < graph->counts[doc]; j++) {
            from[terms[j]]--;
            to[terms[j]]++;
        }
        bisection->is_right[doc] = goes_right;
        moved = true;
    }
    return moved;
}

/* ---- One cut ---- */

/* Of whole cells. */
static uint32_t half_of(uint32_t count)
{
    uint32_t cells = count / CELL + (count % CELL != 0);
    return (cells + 1) / 2 * CELL;
}

/*
 * Takes terms away that can't make a difference any more, here or in smaller parts: those that one document of the part has, or
 * all. The others are numbered anew from 0, so that the tables for small parts are small too. Counts them in both halves.
 */
static uint32_t narrow_terms(struct bisection *bisection, struct term_table *table, const struct part *part, uint32_t left_count)
{
    struct bisection_graph *graph = bisection->graph;
    const uint64_t *candidates = bisection->candidates + part->first;
    uint32_t *numbers = table->right, term_count = 0;
    memset(table->left, 0, part->term_count * sizeof *table->left);
    for (uint32_t i = 0; i < part->count; i++) {
        uint32_t doc = document_of(candidates[i]);
        const uint32_t *terms = graph->terms + graph->starts[doc];
        for (uint32_t j = 0; j < graph->counts[doc]; j++) table->left[terms[j]]++;
    }
    for (uint32_t term = 0; term < part->term_count; term++)
        numbers[term] = table->left[term] > 1 && table->left[term] < part->count ? term_count++ : NO_TERM;
    memset(table->left, 0, term_count * sizeof *table->left);
    for (uint32_t i = 0; i < part->count; i++) {
        uint32_t doc = document_of(candidates[i]), kept = 0, *terms = graph->terms + graph->starts[doc];
        for (uint32_t j = 0; j < graph->counts[doc]; j++) {
            uint32_t number = numbers[terms[j]];
            terms[kept] = number;
            kept += number != NO_TERM;
        }
        graph->counts[doc] = kept;
        for (uint32_t j = 0; i < left_count && j < kept; j++) table->left[terms[j]]++;
    }
    memset(table->right, 0, term_count * sizeof *table->right);
    for (uint32_t i = left_count; i < part->count; i++) {
        uint32_t doc = document_of(candidates[i]);
        const uint32_t *terms = graph->terms + graph->starts[doc];
        for (uint32_t j = 0; j < graph->counts[doc]; j++) table->right[terms[j]]++;
    }
    return term_count;
}

static int compare_documents(const void *a, const void *b)
{
    uint32_t x = document_of(load_u64(a)), y = document_of(load_u64(b));
    return x < y ? -1 : x > y;
}

/* Cuts a part in two. False: it is left as it is, with its documents in ascending order. `crew`: NULL to work alone. */
static bool cut(struct bisection *bisection, struct crew *crew, uint32_t worker, const struct part *part, struct part halves[2])
{
    struct term_table *table = &bisection->tables[worker];
    uint64_t *candidates = bisection->candidates + part->first;
    uint32_t left_count = part->count > CELL ? half_of(part->count) : part->count, term_count = 0;
    if (left_count < part->count) term_count = narrow_terms(bisection, table, part, left_count);
    if (term_count == 0) {
        qsort(candidates, part->count, sizeof *candidates, compare_documents);
        return false;
    }
    for (uint32_t i = 0; i < part->count; i++) bisection->is_right[document_of(candidates[i])] = i >= left_count;
    float tilt = log2f((float)left_count / (float)(part->count - left_count));
    struct weighing weighing = {bisection, table, part};
    for (uint32_t round = 0; round < ROUNDS_MOST; round++) {
        weigh_terms(bisection, table, term_count, tilt);
        if (crew) crew_run(crew, weigh_chunk, &weighing, part->count / CHUNK + (part->count % CHUNK != 0));
        else weigh_candidates(bisection, table, part->first, part->first + part->count);
        if (!is_worth_it(bisection, part, left_count, (float)round)) break;
        select_least(candidates, part->count, left_count);
        if (!move_documents(bisection, table, part, left_count)) break;
    }
    halves[0] = (struct part){part->first, left_count, term_count};
    halves[1] = (struct part){part->first + left_count, part->count - left_count, term_count};
    return true;
}

/* ---- All cuts ---- */

static void cut_down(struct bisection *bisection, uint32_t worker, const struct part *part)
{
    struct part halves[2];
    if (!cut(bisection, NULL, worker, part, halves)) return;
    cut_down(bisection, worker, &halves[0]);
    cut_down(bisection, worker, &halves[1]);
}

struct cutting {
    struct bisection *bisection;
    const struct part *parts;
};

static void cut_down_part(void *context, uint32_t worker, uint32_t number)
{
    const struct cutting *cutting = context;
    cut_down(cutting->bisection, worker, &cutting->parts[number]);
}

/* All threads work on one cut until there are parts enough for each to have its own. */
static bf_status cut_all(struct bisection *bisection, bf_error *error)
{
    uint32_t size = crew_size(bisection->crew), wanted = size > 1 ? size * TASKS_A_THREAD : 1, count = 1;
    struct part *parts = malloc(2 * (size_t)wanted * sizeof *parts), *next = malloc(2 * (size_t)wanted * sizeof *next);
    if (!parts || !next) {
        free(parts);
        free(next);
        return fail_memory(error);
    }
    parts[0] = (struct part){0, bisection->graph->doc_count, bisection->graph->term_count};
    while (count > 0 && count < wanted) {
        uint32_t made = 0;
        for (uint32_t i = 0; i < count; i++)
            if (cut(bisection, bisection->crew, 0, &parts[i], next + made)) made += 2;
        struct part *t = parts;
        parts = next;
        next = t;
        count = made;
    }
    struct cutting cutting = {bisection, parts};
    crew_run(bisection->crew, cut_down_part, &cutting, count);
    free(parts);
    free(next);
    return BF_OK;
}

size_t bisection_memory(uint32_t doc_count, uint32_t term_count, uint32_t threads)
{
    return (size_t)doc_count * (sizeof(uint64_t) + sizeof(uint8_t)) +
           (size_t)threads * term_count * (2 * sizeof(uint32_t) + 2 * sizeof(float));
}

static bool bisection_open(struct bisection *bisection)
{
    const struct bisection_graph *graph = bisection->graph;
    uint32_t size = crew_size(bisection->crew);
    size_t terms = graph->term_count ? graph->term_count : 1;
    bisection->candidates = malloc((graph->doc_count + (size_t)1) * sizeof *bisection->candidates);
    bisection->is_right = malloc(graph->doc_count + (size_t)1);
    bisection->tables = calloc(size, sizeof *bisection->tables);
    if (!bisection->candidates || !bisection->is_right || !bisection->tables) return false;
    for (uint32_t i = 0; i < size; i++) {
        struct term_table *table = &bisection->tables[i];
        table->left = malloc(terms * sizeof *table->left);
        table->right = malloc(terms * sizeof *table->right);
        table->from_left = malloc(terms * sizeof *table->from_left);
        table->from_right = malloc(terms * sizeof *table->from_right);
        if (!table->left || !table->right || !table->from_left || !table->from_right) return false;
    }
    for (uint32_t doc = 0; doc < graph->doc_count; doc++) bisection->candidates[doc] = candidate_make(0, doc);
    for (uint32_t degree = 0; degree < STEPS; degree++) bisection->steps[degree] = gap_step_compute(degree);
    return true;
}

bf_status bisection_order(struct bisection_graph *graph, struct crew *crew, uint32_t *order, bf_error *error)
{
    struct bisection bisection = {.graph = graph, .crew = crew};
    bf_status status = bisection_open(&bisection) ? BF_OK : fail_memory(error);
    if (status == BF_OK && graph->doc_count) status = cut_all(&bisection, error);
    for (uint32_t i = 0; status == BF_OK && i < graph->doc_count; i++) order[i] = document_of(bisection.candidates[i]);
    for (uint32_t i = 0; bisection.tables && i < crew_size(crew); i++) {
        free(bisection.tables[i].left);
        free(bisection.tables[i].right);
        free(bisection.tables[i].from_left);
        free(bisection.tables[i].from_right);
    }
    free(bisection.tables);
    free(bisection.candidates);
    free(bisection.is_right);
    return status;
}
