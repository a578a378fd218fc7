/* Topics (`id TAB text` lines) and relevance judgements (TREC qrels: topic, iteration, article, grade). */
#ifndef BENCH_JUDGEMENTS_H
#define BENCH_JUDGEMENTS_H

#include "text_lines.h"

#include <stdbool.h>

struct topic {
    const char *id, *text;
};

struct topics {
    struct text_lines lines; /* what the strings point into */
    struct topic *topics;    /* in the file's order */
    size_t count;
};

struct judgement {
    const char *topic, *article;
    int grade; /* above 0: relevant */
};

struct judgements {
    struct text_lines lines;
    struct judgement *judgements; /* by topic, then article, in byte order */
    size_t count;
};

bf_status topics_read(const char *path, struct topics *topics, bf_error *error);
void topics_free(struct topics *topics);

/* Two grades for the same topic and article are an error. */
bf_status judgements_read(const char *path, struct judgements *judgements, bf_error *error);
void judgements_free(struct judgements *judgements);

/* The judgements of a topic, *count of them; NULL and 0 when it has none. Borrowed. */
const struct judgement *judgements_of(const struct judgements *judgements, const char *topic, size_t *count);

/* The grade of an article among a topic's judgements; 0 when it was not judged. */
int judgements_grade(const struct judgement *of_topic, size_t count, bf_text article);

#endif
