/*
 * What an index should hold: a plain list of articles in the order of their arrival, and their texts, which follow from an
 * id and a version number alone. For tests that do things at random and must know what came of it.
 */
#ifndef TESTS_ARTICLE_HISTORY_H
#define TESTS_ARTICLE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HISTORY_IDS = 400 };

struct history {
    uint32_t version[HISTORY_IDS];   /* 0: not stored */
    uint32_t arrival[HISTORY_IDS];   /* the stored ones in order */
    uint32_t count;
};

void history_add(struct history *history, uint32_t id, uint32_t version); /* or replaces, which makes it the last arrived */
void history_remove(struct history *history, uint32_t id);

/* Words whose occurrence in an article is known without looking: the i-th is in about one of i + 2. */
enum { HISTORY_MARKERS = 8 };
extern const char *const history_markers[HISTORY_MARKERS];
bool history_has_marker(uint32_t id, uint32_t version, unsigned marker);

struct history_article {
    char id[16], title[128];
    char body[24 << 10];     /* mostly some hundred bytes; one in thirty-two has 2500 words, so that memory fills up */
};

void history_write(uint32_t id, uint32_t version, struct history_article *article);

#endif
