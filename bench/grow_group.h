/* Which articles exchange sentences: small groups that are topically near, other ones for every copy of the archive. */
#ifndef BENCH_GROW_GROUP_H
#define BENCH_GROW_GROUP_H

#include "grow_archive.h"

enum { GROUP_USUAL = 4, GROUP_MOST = 5 };

struct grow_groups {
    uint32_t *members; /* article numbers, group after group */
    uint32_t *starts;  /* where each group begins; one more, for the end of the last */
    uint32_t count;
};

bf_status grow_groups_make(const struct grow_archive *archive, uint64_t seed, struct grow_groups *groups, bf_error *error);
void grow_groups_free(struct grow_groups *groups);

#endif
