#include "commit_interval.h"

#include "option.h"
#include "status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double interval_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bf_status commit_interval_parse(const char *shown, const char *text, struct commit_interval *interval, bf_error *error)
{
    char *end;
    double number = strtod(text, &end);
    *interval = (struct commit_interval){0};
    if (end != text && strcmp(end, "s") == 0 && isfinite(number) && number > 0) {
        interval->seconds = number;
        return BF_OK;
    }
    bf_status status = option_size(shown, text, &interval->bytes, NULL);
    if (status == BF_OK && interval->bytes) return BF_OK;
    return fail(error, BF_BAD_ARGUMENT, "%s wants a size such as 256M or a time such as 60s, not \"%s\"", shown, text);
}

void commit_interval_begin(struct commit_interval *interval, uint64_t bytes)
{
    interval->from = bytes;
    if (interval->seconds > 0) interval->began = interval_now();
}

bool commit_interval_is_over(const struct commit_interval *interval, uint64_t bytes)
{
    if (interval->bytes) return bytes - interval->from >= interval->bytes;
    return interval->seconds > 0 && interval_now() - interval->began >= interval->seconds;
}
