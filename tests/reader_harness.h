/* Runs the readers on bytes in memory or on paths, and keeps everything they hand out, so that tests can look at it
 * afterwards. */
#ifndef TESTS_READER_HARNESS_H
#define TESTS_READER_HARNESS_H

#include "arena.h"
#include "reader.h"

struct gathered_article {
    bf_article article;
    const char *path;
    uint64_t record;
};

struct gathered_refusal {
    const char *path, *rule, *id;
    uint64_t record, line, byte;
    bf_text bytes;
};

struct gathered_skip {
    const char *path, *why;
};

/* `{0}` is empty and uses the limits of the public header, pieces of any size, and no options. */
struct gathered {
    struct reader_options options;
    size_t article_max, record_max; /* 0: those of read_articles */
    size_t piece;                   /* bytes in memory are handed out in pieces of so many; 0: all at once */
    bf_status cut;                  /* how bytes in memory end: 0: well; BF_CORRUPT: as if the rest could not be read */
    uint64_t refuse_every;          /* the sink refuses every so many articles; 0: none */
    uint64_t stop_after;            /* the sink stops the run after so many; 0: never */
    bool count_only;                /* keep nothing of articles */
    bool round_trip;                /* each article is written as JSON, read again, and compared */
    struct arena arena;
    struct gathered_article *articles;
    struct gathered_refusal *refusals;
    struct gathered_skip *skips;
    size_t article_count, refusal_count, skip_count, article_room, refusal_room, skip_room;
    size_t round_trip_failures;
    char round_trip_note[512];
    struct reader_counts counts;
    bf_error error;
};

bf_status gather_bytes(struct gathered *gathered, const void *bytes, size_t length, const char *path);
bf_status gather_string(struct gathered *gathered, const char *string, const char *path);
bf_status gather_path(struct gathered *gathered, const char *path);
void gathered_free(struct gathered *gathered);

/* The text as a string, in the arena; "" when absent. */
const char *gathered_text(struct gathered *gathered, bf_text text);

/* The article as a line of JSON, as it is dumped: members under their names, then those of extra. */
const char *article_as_json(struct arena *arena, const bf_article *article, size_t *length);

/* Whether both are the same in every member. */
bool articles_equal(const bf_article *a, const bf_article *b, const char **member);

#endif
