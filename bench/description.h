/* What an archive is like as a search engine meets it: lengths, how words are spread over articles and within them. */
#ifndef BENCH_DESCRIPTION_H
#define BENCH_DESCRIPTION_H

#include "query_set.h"

#include "backfile.h"

enum {
    DESCRIPTION_SAMPLES = 4,  /* of random articles: an eighth, a quarter, half, all */
    DESCRIPTION_BANDS = 5,    /* of words by the share of articles that hold them: >= 10^-5, -4, -3, -2, -1 */
    DESCRIPTION_TFS = 5,      /* 1, 2, 3 to 4, 5 to 8, more */
    DESCRIPTION_LENGTHS = 6,  /* p1, p10, p50, p90, p99, max */
    DESCRIPTION_TOPS = 5,     /* 10, 100, 1,000, 10,000, 100,000 most frequent words */
};

struct description {
    uint64_t articles, words, postings; /* postings: distinct words, summed over articles */
    double lengths[DESCRIPTION_LENGTHS];
    double vocabulary[DESCRIPTION_SAMPLES];
    double once;                      /* share of the vocabulary that is in one article only */
    double few;                       /* in two to five */
    double tops[DESCRIPTION_TOPS];    /* share of all words that are one of the most frequent */
    double zipf;                      /* slope of log frequency by log rank, ranks 100 to 10,000 */
    double zipf_tail;                 /* and 10,000 to 100,000 */
    double band_words[DESCRIPTION_BANDS];
    double band_tf[DESCRIPTION_BANDS][DESCRIPTION_TFS]; /* shares of the band's postings */
    double *query_df;   /* a query's first word: share of articles that hold it */
    double *query_pair; /* its first two words: share of articles that hold both; -1 for a query of one word */
};

/* `queries` may be empty. */
bf_status description_make(const char *path, const struct query_set *queries, struct description *description, bf_error *error);
void description_free(struct description *description);

#endif
