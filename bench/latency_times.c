#include "latency_times.h"

#include "status.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static const char *copy_of(struct arena *arena, const json_t *string)
{
    return json_is_string(string) ? arena_copy(arena, json_string_value(string), json_string_length(string)) : NULL;
}

static bf_status query_read(struct latency_times *times, const json_t *query, const char *name, bf_error *error)
{
    const json_t *measured = json_object_get(query, "times");
    struct timed_query *place = &times->queries[times->count];
    const json_t *id = json_object_get(query, "id"), *class_name = json_object_get(query, "class");
    if (!json_is_string(id) || !json_is_string(class_name) || json_array_size(measured) == 0)
        return fail(error, BF_BAD_ARGUMENT, "%s: a query has no id, class or times: is it from `latency --json`?", name);
    if (times->count == 0) times->rounds = json_array_size(measured);
    if (json_array_size(measured) != times->rounds)
        return fail(error, BF_BAD_ARGUMENT, "%s: query %s was not timed as often as the others", name, json_string_value(id));
    place->id = copy_of(&times->arena, id);
    place->class_name = copy_of(&times->arena, class_name);
    place->times = arena_take(&times->arena, times->rounds * sizeof(double));
    if (!place->id || !place->class_name || !place->times) return fail_memory(error);
    for (size_t i = 0; i < times->rounds; i++) {
        place->times[i] = json_number_value(json_array_get(measured, i));
        if (!isfinite(place->times[i]) || place->times[i] <= 0)
            return fail(error, BF_BAD_ARGUMENT, "%s: query %s has a time that is none", name, place->id);
    }
    times->count++;
    return BF_OK;
}

bf_status latency_times_read(FILE *in, const char *name, struct latency_times *times, bf_error *error)
{
    json_error_t wrong;
    bf_status status = BF_OK;
    *times = (struct latency_times){0};
    json_t *report = json_loadf(in, JSON_DISABLE_EOF_CHECK, &wrong);
    const json_t *queries = json_object_get(report, "queries"), *kind = json_object_get(report, "kind");
    const json_t *ranker = json_object_get(report, "ranker");
    if (!report) return fail(error, BF_BAD_ARGUMENT, "%s: %s", name, wrong.text);
    if (json_array_size(queries) == 0 || !json_is_string(kind) || !json_is_string(ranker)) {
        status = fail(error, BF_BAD_ARGUMENT, "%s: not what `backfile-bench latency --json` writes, warm or --cold", name);
    } else {
        snprintf(times->asked, sizeof times->asked, "%s, k %lld%s", json_string_value(kind),
                 (long long)json_integer_value(json_object_get(report, "k")),
                 json_is_true(json_object_get(report, "exact_total")) ? ", all matches counted" : "");
        times->index = copy_of(&times->arena, json_object_get(report, "index"));
        times->ranker = copy_of(&times->arena, ranker);
        times->queries = arena_take(&times->arena, json_array_size(queries) * sizeof *times->queries);
        if (!times->index || !times->ranker || !times->queries) status = fail_memory(error);
    }
    for (size_t i = 0; status == BF_OK && i < json_array_size(queries); i++)
        status = query_read(times, json_array_get(queries, i), name, error);
    json_decref(report);
    if (status != BF_OK) latency_times_free(times);
    return status;
}

bf_status latency_times_match(const struct latency_times *a, const struct latency_times *b, bf_error *error)
{
    if (strcmp(a->asked, b->asked) != 0)
        return fail(error, BF_BAD_ARGUMENT, "they measured different things: %s; %s", a->asked, b->asked);
    for (size_t i = 0; i < a->count || i < b->count; i++)
        if (i >= a->count || i >= b->count || strcmp(a->queries[i].id, b->queries[i].id) != 0 ||
            strcmp(a->queries[i].class_name, b->queries[i].class_name) != 0)
            return fail(error, BF_BAD_ARGUMENT, "they did not run the same queries: number %zu differs", i + 1);
    return BF_OK;
}

bf_status latency_times_extend(struct latency_times *times, const struct latency_times *more, bf_error *error)
{
    const size_t rounds = times->rounds + more->rounds;
    bf_status status = latency_times_match(times, more, error);
    for (size_t i = 0; status == BF_OK && i < times->count; i++) {
        double *all = arena_take(&times->arena, rounds * sizeof *all);
        if (!all) return fail_memory(error);
        memcpy(all, times->queries[i].times, times->rounds * sizeof *all);
        memcpy(all + times->rounds, more->queries[i].times, more->rounds * sizeof *all);
        times->queries[i].times = all;
    }
    if (status == BF_OK) times->rounds = rounds;
    return status;
}

void latency_times_free(struct latency_times *times)
{
    arena_free(&times->arena);
    *times = (struct latency_times){0};
}
