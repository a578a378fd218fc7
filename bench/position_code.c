#include "position_code.h"

#include <math.h>
#include <stdbool.h>

enum { FRAME = 128, FRAME_EXCEPTIONS = 31, FRAME_HEADER = 16, WIDTH_MOST = 32 };

static uint32_t floor_log2(uint32_t n) { return n > 1 ? 31U - (uint32_t)__builtin_clz(n) : 0; }
static uint32_t ceil_log2(uint32_t n) { return n > 1 ? 32U - (uint32_t)__builtin_clz(n - 1) : 0; }
static uint32_t bits_of(uint32_t n) { return n ? 32U - (uint32_t)__builtin_clz(n) : 0; }

/* A code of one posting, summed over the group. */
typedef double posting_bits(uint32_t length, uint32_t tf, const uint32_t *positions);

static double sum_postings(const struct layout_group *group, const uint32_t *lengths, posting_bits *bits)
{
    const uint32_t *positions = group->positions;
    double sum = 0;
    for (uint32_t i = 0; i < group->posting_count; positions += group->tfs[i++])
        sum += bits(lengths[i], group->tfs[i], positions);
    return sum;
}

/* ---- Limits ---- */

/* log2 of the number of ways to choose tf of the length's positions. */
static double log2_choose(uint32_t length, uint32_t tf)
{
    if (tf > length) return 0;
    return (lgamma(length + 1.0) - lgamma(tf + 1.0) - lgamma((double)(length - tf) + 1.0)) / M_LN2;
}

static double choose_bits(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    (void)positions;
    return log2_choose(length, tf);
}

static double limit_exact(const struct layout_group *group) { return sum_postings(group, group->exact, choose_bits); }
static double limit_byte(const struct layout_group *group) { return sum_postings(group, group->lengths, choose_bits); }

/* ---- Patched frames: gaps of 128 positions, whatever the articles' lengths ---- */

static double frame_bits(const uint32_t *values, uint32_t count)
{
    uint32_t wider[WIDTH_MOST + 2] = {0}, most = 0, best = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bits = bits_of(values[i]);
        wider[bits]++;
        if (bits > most) most = bits;
    }
    uint32_t exceptions = 0;
    for (uint32_t width = most + 1; width-- > 0 && exceptions <= FRAME_EXCEPTIONS; exceptions += wider[width]) {
        uint32_t size = (count * width + 7) / 8 + exceptions + (exceptions * (most - width) + 7) / 8;
        if (size < best) best = size;
    }
    return FRAME_HEADER + 8.0 * best;
}

static double frames(const struct layout_group *group)
{
    const uint32_t *positions = group->positions;
    uint32_t values[FRAME], count = 0;
    double sum = 8 + 7 * ceil((1 + floor_log2((uint32_t)group->position_count)) / 7.0); /* version, number of positions */
    for (uint32_t i = 0; i < group->posting_count; i++)
        for (uint32_t j = 0, next = 0; j < group->tfs[i]; j++) {
            values[count++] = *positions - next;
            next = *positions++ + 1;
            if (count < FRAME) continue;
            sum += frame_bits(values, count);
            count = 0;
        }
    return count ? sum + frame_bits(values, count) : sum;
}

/* ---- Codes of a posting ---- */

static double flat(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    (void)positions;
    return (double)tf * ceil_log2(length);
}

/* A number below n, the first few with a bit less. */
static double truncated_bits(uint32_t value, uint32_t n)
{
    uint32_t shorter = (2U << floor_log2(n)) - n;
    return n > 1 ? floor_log2(n) + (value >= shorter) : 0;
}

static double elias_fano(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    if (tf == 1) return truncated_bits(*positions, length);
    double best = INFINITY;
    for (uint32_t low = 0; low < 28; low++) best = fmin(best, (double)tf * (low + 1) + (length >> low));
    return best;
}

/* Its high part numbered among all that are possible. */
static double elias_fano_numbered(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    (void)positions;
    double best = INFINITY;
    if (tf == 1) return log2(length);
    for (uint32_t low = 0; low < 28; low++) best = fmin(best, (double)tf * low + ceil(log2_choose(tf + (length >> low), tf)));
    return best;
}

/* The middle one first, in what its neighbours leave for it (Moffat and Stuiver 2000). */
static double interpolate(const uint32_t *positions, uint32_t count, int64_t low, int64_t high)
{
    if (count == 0) return 0;
    uint32_t middle = count / 2, range = (uint32_t)(high - low + 2 - count), value = (uint32_t)(positions[middle] - low - middle);
    uint32_t shorter = (1U << ceil_log2(range)) - range, begin = (range - shorter) / 2; /* the shorter codes in the middle */
    double bits = ceil_log2(range) - (range > 1 && value >= begin && value - begin < shorter);
    return bits + interpolate(positions, middle, low, (int64_t)positions[middle] - 1) +
           interpolate(positions + middle + 1, count - middle - 1, (int64_t)positions[middle] + 1, high);
}

static double interpolative(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    return interpolate(positions, tf, 0, (int64_t)length - 1);
}

static double golomb(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    if (tf == 1) return truncated_bits(*positions, length);
    uint32_t divisor = (uint32_t)fmax(1, ceil(0.69 * length / (tf + 1)));
    double bits = 0;
    for (uint32_t i = 0, next = 0; i < tf; next = positions[i++] + 1)
        bits += 1 + (positions[i] - next) / divisor + truncated_bits((positions[i] - next) % divisor, divisor);
    return bits;
}

/* 0.69 length / (tf + 1) as a power of two, to an eighth of it, so that a length byte's share of it is a table's. */
static int rice_width(uint32_t length, uint32_t tf)
{
    int width = (int)ceil(8 * log2(length)) - (int)lround(8 * log2((tf + 1) / 0.69)) + 2;
    return width < 0 ? 0 : width >> 3;
}

static double rice_of(uint32_t tf, const uint32_t *positions, int width)
{
    double bits = 0;
    for (uint32_t i = 0, next = 0; i < tf; next = positions[i++] + 1)
        bits += 1 + width + (double)((positions[i] - next) >> width);
    return bits;
}

static double rice_flat(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    return tf == 1 ? ceil_log2(length) : rice_of(tf, positions, rice_width(length, tf));
}

static double rice_truncated(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    return tf == 1 ? truncated_bits(*positions, length) : rice_of(tf, positions, rice_width(length, tf));
}

static double rice_chosen(uint32_t length, uint32_t tf, const uint32_t *positions)
{
    if (tf == 1) return truncated_bits(*positions, length);
    int width = rice_width(length, tf);
    return 1 + fmin(rice_of(tf, positions, width), rice_of(tf, positions, width > 0 ? width - 1 : 0));
}

static double each_flat(const struct layout_group *group) { return sum_postings(group, group->lengths, flat); }
static double each_elias_fano(const struct layout_group *group) { return sum_postings(group, group->lengths, elias_fano); }
static double each_numbered(const struct layout_group *group) { return sum_postings(group, group->lengths, elias_fano_numbered); }
static double each_interpolative(const struct layout_group *group) { return sum_postings(group, group->lengths, interpolative); }
static double each_golomb(const struct layout_group *group) { return sum_postings(group, group->lengths, golomb); }
static double each_rice(const struct layout_group *group) { return sum_postings(group, group->lengths, rice_flat); }
static double each_truncated(const struct layout_group *group) { return sum_postings(group, group->lengths, rice_truncated); }
static double each_chosen(const struct layout_group *group) { return sum_postings(group, group->lengths, rice_chosen); }

/* ---- Widths chosen by the group ---- */

/* One width for single positions and one for the gaps of others, whatever the articles' lengths. */
static double group_widths(const struct layout_group *group)
{
    double singles = INFINITY, others = INFINITY;
    for (int width = 0; width <= 28; width++) {
        const uint32_t *positions = group->positions;
        double single = 5, other = 5;
        for (uint32_t i = 0; i < group->posting_count; positions += group->tfs[i++])
            *(group->tfs[i] == 1 ? &single : &other) += rice_of(group->tfs[i], positions, width);
        singles = fmin(singles, single);
        others = fmin(others, other);
    }
    return singles + others;
}

/* The width of the length, moved by -2 to 2. */
static double group_moved(const struct layout_group *group)
{
    double best = INFINITY;
    for (int move = -2; move <= 2; move++) {
        const uint32_t *positions = group->positions;
        double bits = 3;
        for (uint32_t i = 0; i < group->posting_count; positions += group->tfs[i++]) {
            int width = rice_width(group->lengths[i], group->tfs[i]) + move;
            bits += group->tfs[i] == 1 ? ceil_log2(group->lengths[i]) : rice_of(group->tfs[i], positions, width < 0 ? 0 : width);
        }
        best = fmin(best, bits);
    }
    return best;
}

const struct layout_code layout_codes[LAYOUT_CODES] = {
    {"limit: log2 C(length, tf)", limit_exact},
    {"limit: ... of the length byte", limit_byte},
    {"patched frames of 128 gaps", frames},
    {"flat", each_flat},
    {"Elias-Fano; truncated where tf = 1", each_elias_fano},
    {"Elias-Fano, high part numbered", each_numbered},
    {"interpolative", each_interpolative},
    {"Golomb; truncated", each_golomb},
    {"Rice; truncated", each_truncated},
    {"Rice; flat where tf = 1", each_rice},
    {"Rice; truncated, width or one less by a bit a posting", each_chosen},
    {"Rice; flat, moved by group", group_moved},
    {"Rice; widths by group, without lengths", group_widths},
};
