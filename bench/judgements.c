#include "judgements.h"

#include "status.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A growing array of elements, doubled when full. NULL when memory is refused; the old one stands. */
static void *room_for_one_more(void *array, size_t count, size_t size)
{
    if (count & (count - 1)) return array; /* room is always a power of two */
    return realloc(array, (count ? 2 * count : 1) * size);
}

bf_status topics_read(const char *path, struct topics *topics, bf_error *error)
{
    *topics = (struct topics){0};
    bf_status status = text_lines_read(path, &topics->lines, error);
    char *line;
    while (status == BF_OK && (line = text_lines_next(&topics->lines))) {
        char *fields[2];
        if (text_fields(line, '\t', fields, 2) != 2) {
            status = fail(error, BF_BAD_ARGUMENT, "%s:%zu: a topic is a line `id TAB text`", path, topics->lines.number);
            break;
        }
        struct topic *grown = room_for_one_more(topics->topics, topics->count, sizeof *grown);
        if (!grown) {
            status = fail_memory(error);
            break;
        }
        topics->topics = grown;
        topics->topics[topics->count++] = (struct topic){.id = fields[0], .text = fields[1]};
    }
    if (status != BF_OK) topics_free(topics);
    return status;
}

void topics_free(struct topics *topics)
{
    if (!topics) return;
    free(topics->topics);
    text_lines_free(&topics->lines);
    *topics = (struct topics){0};
}

static int by_topic_and_article(const void *a, const void *b)
{
    const struct judgement *x = a, *y = b;
    int order = strcmp(x->topic, y->topic);
    return order ? order : strcmp(x->article, y->article);
}

static bf_status judgement_parse(char *line, const char *path, size_t number, struct judgement *judgement, bf_error *error)
{
    char *fields[5], *end;
    if (text_fields(line, ' ', fields, 5) != 4)
        return fail(error, BF_BAD_ARGUMENT, "%s:%zu: a judgement is a line `topic iteration article grade`", path, number);
    errno = 0;
    long grade = strtol(fields[3], &end, 10);
    end += strspn(end, " \t");
    /* Gains are powers of two: a grade of more than 30 is no grade. */
    if (errno || end == fields[3] || *end || grade > 30 || grade < INT_MIN)
        return fail(error, BF_BAD_ARGUMENT, "%s:%zu: \"%s\" is not a grade", path, number, fields[3]);
    *judgement = (struct judgement){.topic = fields[0], .article = fields[2], .grade = (int)grade};
    return BF_OK;
}

bf_status judgements_read(const char *path, struct judgements *judgements, bf_error *error)
{
    *judgements = (struct judgements){0};
    bf_status status = text_lines_read(path, &judgements->lines, error);
    char *line;
    while (status == BF_OK && (line = text_lines_next(&judgements->lines))) {
        struct judgement *grown = room_for_one_more(judgements->judgements, judgements->count, sizeof *grown);
        if (!grown) {
            status = fail_memory(error);
            break;
        }
        judgements->judgements = grown;
        status = judgement_parse(line, path, judgements->lines.number, &grown[judgements->count], error);
        if (status == BF_OK) judgements->count++;
    }
    if (status == BF_OK && judgements->count > 0) {
        struct judgement *all = judgements->judgements;
        qsort(all, judgements->count, sizeof *all, by_topic_and_article);
        for (size_t i = 1; i < judgements->count && status == BF_OK; i++)
            if (by_topic_and_article(&all[i - 1], &all[i]) == 0)
                status = fail(error, BF_BAD_ARGUMENT, "%s: topic %s judges article %s twice", path, all[i].topic, all[i].article);
    }
    if (status != BF_OK) judgements_free(judgements);
    return status;
}

void judgements_free(struct judgements *judgements)
{
    if (!judgements) return;
    free(judgements->judgements);
    text_lines_free(&judgements->lines);
    *judgements = (struct judgements){0};
}

const struct judgement *judgements_of(const struct judgements *judgements, const char *topic, size_t *count)
{
    const struct judgement *all = judgements->judgements;
    size_t low = 0, high = judgements->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(all[middle].topic, topic) < 0) low = middle + 1;
        else high = middle;
    }
    size_t end = low;
    while (end < judgements->count && strcmp(all[end].topic, topic) == 0) end++;
    *count = end - low;
    return end > low ? all + low : NULL;
}

int judgements_grade(const struct judgement *of_topic, size_t count, bf_text article)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *name = of_topic[middle].article;
        int order = strncmp(name, article.bytes, article.length);
        if (order == 0 && name[article.length]) order = 1;
        if (order == 0) return of_topic[middle].grade;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return 0;
}
