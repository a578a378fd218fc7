/* Numbers distinct words 0, 1, 2, ... in the order they are first seen. `{0}` is an empty list. */
#ifndef BENCH_WORD_LIST_H
#define BENCH_WORD_LIST_H

#include "buffer.h"

#include "backfile.h"

#define WORD_NONE UINT32_MAX

struct word_list {
    uint32_t *slots;       /* open addressing; WORD_NONE: empty */
    size_t slot_count;     /* a power of two, or 0 */
    uint32_t count;
    struct buffer text;    /* all words, one after the other */
    struct buffer entries; /* struct word_entry, by number */
};

/* The number of the word, new or old; WORD_NONE when memory was refused. */
uint32_t word_list_add(struct word_list *list, const char *word, size_t length);

/* The number of the word, or WORD_NONE. */
uint32_t word_list_find(const struct word_list *list, const char *word, size_t length);

/* Borrowed until the next word is added. */
bf_text word_list_get(const struct word_list *list, uint32_t number);

void word_list_free(struct word_list *list);

#endif
