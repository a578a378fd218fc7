/*
 * The positions of a group of consecutive postings: for each posting tf strictly ascending word numbers, in a Rice code whose
 * parameter follows from the article's length and tf, of which nothing need be stored (Golomb 1966, Rice 1979; gaps of words
 * spread as if by chance are geometric, Gallager and Van Voorhis 1975). So the bits of any posting are found by adding up over
 * those before it what their lengths and frequencies say, and nothing stands beside the postings' own bits.
 *
 *     high parts ->                                         <- low parts
 *     the first posting's, the second's, ...       ... the second's, the first's
 *
 * A position that is its posting's only one is kept as it is, in as many bits as the article's length takes: all low part.
 * Otherwise the first position, then the gaps less one, each cut into its lowest bits (low part) and the number that the others
 * are, in unary: so many zeros, then a one (high part). High parts go up from the first bit, so the n-th one ends the n-th of
 * them; low parts come down from the last bit.
 *
 * A group is part of a posting list, which knows its length, frequencies, and what `room` means in it; no version of its own.
 */
#ifndef CODEC_POSITION_GROUP_H
#define CODEC_POSITION_GROUP_H

#include "buffer.h"

#include <stdint.h>

enum { POSITION_MOST = (1 << 28) - 1 }; /* the largest position */

/* How many positions there are to choose from in an article: so many as it has words, by its length byte, and some more; or, in a
 * list of another field than the text, the same in all articles. */
struct position_room {
    bool lengths;      /* the article's length counts */
    uint32_t beyond;   /* positions beyond it; at least 1 if it doesn't count */
};

/* Positions of an article with this length byte are below the result. */
uint32_t position_room_of(const struct position_room *room, uint8_t length_byte);

/* By length byte: eight times the binary logarithm of the room, rounded up. */
struct position_scale {
    uint8_t eighths[256];
    uint8_t slack[4];      /* four bytes are loaded where one is meant */
};

void position_scale_make(const struct position_room *room, struct position_scale *scale);

/* A group's postings. `length_bytes`, one for each document of the segment, NULL: they don't count. */
struct position_postings {
    const struct position_scale *scale;
    const uint8_t *length_bytes;
    const uint32_t *docs, *tfs;
    uint32_t count;
};

/* ---- Writing ---- */

/* `positions`: those of the first posting, ascending, then of the second, and so on. */
void position_group_encode(const struct position_postings *postings, const uint32_t *positions, struct buffer *out);

/* ---- Reading ---- */

/* What the postings before one of them take. */
struct position_place {
    uint64_t low;         /* bits of low parts */
    uint64_t high;        /* high parts */
};

struct position_reader {
    const uint8_t *bytes; /* POSTING_SLACK readable ones follow the group */
    uint64_t bits;        /* of the group */
    uint64_t at, passed;  /* a bit before which so many high parts end */
};

static inline void position_reader_open(struct position_reader *reader, const uint8_t *bytes, size_t length)
{
    *reader = (struct position_reader){.bytes = bytes, .bits = 8 * (uint64_t)length};
}

/* Adds what the postings take to the place; position_measure.h does so faster. */
void position_place_add(struct position_place *place, const struct position_postings *postings);

/* Reads a posting's positions: `place` is what those before it take. Those after the first that is at least `enough` need not be
 * read: *count says how many were. `positions` has room for tf, which position_reader_holds. Cheapest in posting order. */
const char *position_reader_read(struct position_reader *reader, struct position_place place, uint32_t eighths, uint32_t tf,
                                 uint32_t enough, uint32_t *positions, uint32_t *count);

/* The same for what position_width says; where its low parts begin is counted in bits, its high parts in parts. */
const char *position_reader_read_wide(struct position_reader *reader, uint64_t before_low, uint64_t before_high, uint32_t width,
                                      uint32_t tf, uint32_t enough, uint32_t *positions, uint32_t *count);

/* Whether a posting of the group can have so many positions: to be asked before memory is taken for them. */
static inline bool position_reader_holds(const struct position_reader *reader, uint32_t tf)
{
    return tf <= reader->bits || tf == 1;
}

/* Whether all postings together take what the group has, for `check`. */
const char *position_group_check(const uint8_t *bytes, size_t length, const struct position_postings *postings);

#endif
