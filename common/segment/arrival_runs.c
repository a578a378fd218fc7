#include "arrival_runs.h"

#include "bytes.h"

void arrival_runs_encode(const struct arrival_run *runs, uint32_t count, struct buffer *out)
{
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_u32(out, runs[i].first);
        buffer_append_u64(out, runs[i].arrival);
    }
}

const char *arrival_runs_decode(const uint8_t *bytes, size_t length, uint32_t doc_count, uint64_t first_arrival,
                                uint64_t end_arrival, struct arrival_run *runs)
{
    if (length % ARRIVAL_RUN_SIZE || length < 2 * ARRIVAL_RUN_SIZE) return "there must be two runs of arrival or more";
    uint32_t count = (uint32_t)(length / ARRIVAL_RUN_SIZE);
    for (uint32_t i = 0; i < count; i++) {
        runs[i] = (struct arrival_run){load_u64(bytes + ARRIVAL_RUN_SIZE * (size_t)i + 4),
                                       load_u32(bytes + ARRIVAL_RUN_SIZE * (size_t)i), 0};
        if (runs[i].first >= doc_count) return "a run of arrival begins with a document that is not there";
    }
    if (runs[0].first != 0 || runs[0].arrival != first_arrival) return "runs of arrival begin with the first document";
    for (uint32_t i = 0; i < count; i++) {
        uint32_t end = i + 1 < count ? runs[i + 1].first : doc_count;
        uint64_t arrival = i + 1 < count ? runs[i + 1].arrival : end_arrival;
        if (end <= runs[i].first || arrival <= runs[i].arrival || arrival - runs[i].arrival < end - runs[i].first)
            return "runs of arrival must follow one another";
    }
    return NULL;
}
