/* What must be true of an index after whatever befell its writer. Runs in a process of its own (fault_child.h). */
#ifndef TESTS_FAULT_RECOVERY_H
#define TESTS_FAULT_RECOVERY_H

#include "index_fixture.h"

#include <stdbool.h>

/*
 * A writer went a short trail (commit_trail.h) and acknowledged so many commits: they stand, and whoever comes next can work.
 * Returns the orphans that were swept. *one_more: a commit stands that was not acknowledged.
 */
int fault_assert_recovers(const struct index_fixture *fixture, uint64_t seed, uint32_t acknowledged, bool *one_more);

/* An article can be added, and is there. */
void fault_assert_writable(const char *path);

#endif
