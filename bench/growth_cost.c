#include "growth_cost.h"

#include "status.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void cost_path(const char *index, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s.cost.json", index);
}

bf_status growth_cost_load(const char *index, struct growth_cost *cost, bf_error *error)
{
    char path[PATH_MAX];
    json_error_t broken;
    json_int_t input = 0, rss = 0, anonymous = 0, written = 0;
    *cost = (struct growth_cost){0};
    cost_path(index, path);
    if (access(path, F_OK) != 0) return BF_OK;
    json_t *object = json_load_file(path, 0, &broken);
    const bool good = object && json_unpack(object, "{sI sF sF sI sI sI}", "input_bytes", &input, "seconds", &cost->used.seconds,
                                            "cpu_seconds", &cost->used.cpu_seconds, "peak_rss", &rss, "peak_anonymous",
                                            &anonymous, "written", &written) == 0;
    cost->input_bytes = (uint64_t)input;
    cost->used.peak_rss = (uint64_t)rss;
    cost->used.peak_anonymous = (uint64_t)anonymous;
    cost->used.written = (uint64_t)written;
    json_decref(object);
    return good ? BF_OK : fail(error, BF_BAD_ARGUMENT, "%s does not say what an index took; remove it with its index", path);
}

bf_status growth_cost_save(const char *index, const struct growth_cost *cost, bf_error *error)
{
    char path[PATH_MAX];
    const struct resources *used = &cost->used;
    json_t *object = json_pack("{sI sf sf sI sI sI}", "input_bytes", (json_int_t)cost->input_bytes, "seconds", used->seconds,
                               "cpu_seconds", used->cpu_seconds, "peak_rss", (json_int_t)used->peak_rss, "peak_anonymous",
                               (json_int_t)used->peak_anonymous, "written", (json_int_t)used->written);
    if (!object) return fail_memory(error);
    cost_path(index, path);
    const bool saved = json_dump_file(object, path, JSON_REAL_PRECISION(6)) == 0;
    json_decref(object);
    return saved ? BF_OK : fail_system(error, errno, "%s", path);
}
