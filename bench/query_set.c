#include "query_set.h"

#include "status.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_names[] = {"as typed", "or", "and", "phrase"};

bool query_mode_parse(const char *name, enum query_mode *mode)
{
    for (enum query_mode m = QUERY_OR; m <= QUERY_PHRASE; m++)
        if (strcmp(name, mode_names[m]) == 0) {
            *mode = m;
            return true;
        }
    return false;
}

const char *query_mode_name(enum query_mode mode)
{
    return mode_names[mode];
}

static const char *class_by_words(const char *text)
{
    static const char *const names[] = {"0t", "1t", "2t", "3t", "4t", "5t+"};
    size_t words = 0;
    while (*(text += strspn(text, " \t"))) {
        words++;
        text += strcspn(text, " \t");
    }
    return names[words < 5 ? words : 5];
}

static bf_status query_from_json(struct query_set *set, const char *line, const char *path, struct bench_query *query,
                                 bf_error *error)
{
    bf_status status = BF_OK;
    const size_t number = set->lines.number;
    json_error_t wrong;
    json_t *object = json_loads(line, 0, &wrong);
    const char *text = json_string_value(json_object_get(object, "query"));
    const char *tag = json_string_value(json_array_get(json_object_get(object, "tags"), 0));
    char id[24];
    snprintf(id, sizeof id, "%zu", number);
    if (!object) {
        status = fail(error, BF_BAD_ARGUMENT, "%s:%zu: %s", path, number, wrong.text);
    } else if (!text) {
        status = fail(error, BF_BAD_ARGUMENT, "%s:%zu: there is no \"query\"", path, number);
    } else {
        *query = (struct bench_query){
            .id = arena_copy(&set->arena, id, strlen(id)),
            .class_name = tag ? arena_copy(&set->arena, tag, strlen(tag)) : class_by_words(text),
            .text = arena_copy(&set->arena, text, strlen(text)),
            .mode = QUERY_AS_TYPED,
        };
        if (!query->id || !query->class_name || !query->text) status = fail_memory(error);
    }
    json_decref(object);
    return status;
}

static bf_status query_from_fields(struct query_set *set, char *line, const char *path, enum query_mode mode,
                                   struct bench_query *query, bf_error *error)
{
    char *fields[4];
    const size_t count = text_fields(line, '\t', fields, 4);
    const size_t number = set->lines.number;
    if (count < 2) return fail(error, BF_BAD_ARGUMENT, "%s:%zu: a query is a line `id TAB text`, or JSON", path, number);
    if (count > 2 && !query_mode_parse(fields[1], &mode))
        return fail(error, BF_BAD_ARGUMENT, "%s:%zu: the mode is or, and, or phrase, not \"%s\"", path, number, fields[1]);
    const char *text = fields[count - 1];
    *query = (struct bench_query){
        .id = fields[0],
        .class_name = count == 4 ? fields[2] : count == 3 ? fields[1] : class_by_words(text),
        .text = text,
        .mode = mode,
    };
    return BF_OK;
}

bf_status query_set_read(const char *path, enum query_mode mode, struct query_set *set, bf_error *error)
{
    size_t room = 0;
    char *line;
    *set = (struct query_set){0};
    bf_status status = text_lines_read(path, &set->lines, error);
    while (status == BF_OK && (line = text_lines_next(&set->lines))) {
        if (set->count == room) {
            room = room ? 2 * room : 64;
            struct bench_query *grown = realloc(set->queries, room * sizeof *grown);
            if (!grown) {
                status = fail_memory(error);
                break;
            }
            set->queries = grown;
        }
        struct bench_query *query = &set->queries[set->count];
        if (line[0] == '{') status = query_from_json(set, line, path, query, error);
        else status = query_from_fields(set, line, path, mode, query, error);
        if (status == BF_OK) set->count++;
    }
    if (status == BF_OK && set->count == 0) status = fail(error, BF_BAD_ARGUMENT, "%s holds no query", path);
    if (status != BF_OK) query_set_free(set);
    return status;
}

void query_set_free(struct query_set *set)
{
    if (!set) return;
    free(set->queries);
    arena_free(&set->arena);
    text_lines_free(&set->lines);
    *set = (struct query_set){0};
}

const char *query_prepare(const struct bench_query *query, struct buffer *scratch, bf_search_options *options)
{
    options->match_all_words = query->mode == QUERY_AND;
    options->plain_query = query->mode == QUERY_OR || query->mode == QUERY_AND;
    if (query->mode != QUERY_PHRASE) return query->text;
    buffer_clear(scratch);
    buffer_append_u8(scratch, '"');
    for (const char *c = query->text; *c; c++) buffer_append_u8(scratch, *c == '"' ? ' ' : (uint8_t)*c);
    buffer_append_u8(scratch, '"');
    return buffer_string(scratch);
}
