/*
 * The words of a phrase in one segment, and how often the phrase is in a document that has them all: positions are read from the
 * rarest word to the most frequent, but of the first two the one first that is less often in the document; each only as far as
 * the phrase may still begin somewhere, or words may still be near it.
 */
#ifndef RANK_PHRASE_WORD_H
#define RANK_PHRASE_WORD_H

#include "near_count.h"
#include "position_walk.h"
#include "ranked_list.h"

struct phrase_word {
    struct ranked_list *list;      /* of a term whose weight is the phrase's: what bounds the word bounds the phrase */
    struct leaf_weight leaf;       /* the list's */
    struct query_node node;
    uint32_t offset;               /* in the phrase */
    uint32_t need;                 /* of its positions, in each place where the phrase is; 0: those of another word are the same */
    struct position_walk walk;
    bool walking;                  /* it is open */
    struct position_part part;     /* the block looked at last; `count` 0: none */
    struct position_page *page;    /* or the page looked at last, */
    uint32_t page_number;          /* UINT32_MAX: none was */
    uint32_t index, tf;            /* the posting that was found last, in the block or the page, and its frequency; */
    uint32_t before;               /* of an inline list, the positions before its own */
    uint32_t *positions, room;     /* of the posting read last */
};

struct phrase_words {
    const struct leaf_weight *leaf;
    struct segment *segment;
    const struct bm25 *bm25;
    struct arena *arena;
    bool verified;                 /* all bytes of the paged lists were verified */
    uint32_t count;
    struct phrase_word *words;     /* rarest first */
    uint32_t *starts, start_room;  /* where the phrase may begin in the document */
    struct near_word *near;        /* of words near each other: room */
    uint32_t tf, title_tf;         /* of the phrase in the document counted last */
};

/* BF_NOT_FOUND, without touching `error`: the segment lacks one of the words. Everything is in the context's arena. */
bf_status phrase_words_open(const struct match_context *context, const struct query_node *node, struct phrase_words *words,
                            bf_error *error);

/* Counts the phrase in a document that has all words; false: it is not there, or damage was noted, or it can't add as much as the
 * bound `least` (0: all are wanted; otherwise the lists must have been scaled). Cheapest for ascending documents. */
bool phrase_words_match(struct phrase_words *words, uint32_t doc, uint32_t least);

/* What the phrase adds to the score of the document it was matched in last. */
float phrase_words_score(const struct phrase_words *words, uint32_t doc);

#endif
