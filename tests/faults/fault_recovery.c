#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fault_recovery.h"

#include "commit_trail.h"
#include "fault_calls.h"

void fault_assert_writable(const char *path)
{
    add_committed(path, "after", "After", "the fault");
    assert_true(is_stored(path, "after"));
    assert_index_sound(path);
}

int fault_assert_recovers(const struct index_fixture *fixture, uint64_t seed, uint32_t acknowledged, bool *one_more)
{
    struct trail trail = {.seed = seed, .is_short = true};
    struct trail_content content = {0};
    fault_calls_begin(&(struct fault_plan){.folder = fixture->folder, .kind = FAULT_NONE, .is_dry = true});
    int orphans = trail_assert_recovers(fixture->path, &trail, &content, acknowledged, one_more);
    fault_assert_writable(fixture->path);
    return orphans;
}
