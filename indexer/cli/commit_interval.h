/* After how much a long run commits: bytes that were read, or seconds that went by. */
#ifndef CLI_COMMIT_INTERVAL_H
#define CLI_COMMIT_INTERVAL_H

#include "backfile.h"

/* `{0}`: never. */
struct commit_interval {
    uint64_t bytes;    /* 0: they don't matter */
    double seconds;    /* the same */
    uint64_t from;     /* bytes read when it began */
    double began;
};

/* "256M" or "60s". `shown`: the option, for the message. */
bf_status commit_interval_parse(const char *shown, const char *text, struct commit_interval *interval, bf_error *error);
void commit_interval_begin(struct commit_interval *interval, uint64_t bytes);
bool commit_interval_is_over(const struct commit_interval *interval, uint64_t bytes);

#endif
