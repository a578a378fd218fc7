#include "growth_index.h"

#include "resources.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

/* Where the first eighth, quarter, half and all of the lines end. Reads the file twice: once to count them. */
static bf_status ends_find(FILE *in, const char *path, uint64_t ends[GROWTH_EIGHTHS], bf_error *error)
{
    uint8_t *chunk = malloc(CHUNK);
    uint64_t lines = 0, line = 0, at = 0;
    if (!chunk) return fail_memory(error);
    for (size_t got; (got = fread(chunk, 1, CHUNK, in)) > 0;)
        for (size_t i = 0; i < got; i++) lines += chunk[i] == '\n';
    rewind(in);
    for (size_t got, next = 0; next < GROWTH_EIGHTHS && (got = fread(chunk, 1, CHUNK, in)) > 0; at += got)
        for (size_t i = 0; i < got && next < GROWTH_EIGHTHS; i++) {
            if (chunk[i] != '\n') continue;
            line++;
            while (next < GROWTH_EIGHTHS && line >= (lines << next) / 8) ends[next++] = at + i + 1;
        }
    free(chunk);
    if (ferror(in)) return fail_system(error, errno, "%s", path);
    rewind(in);
    return lines >= 8 ? BF_OK : fail(error, BF_BAD_ARGUMENT, "%s has fewer than eight lines: nothing grows", path);
}

static bf_status beginning_copy(FILE *in, uint64_t length, const char *path, bf_error *error)
{
    uint8_t *chunk = malloc(CHUNK);
    FILE *out = chunk ? fopen(path, "wb") : NULL;
    bf_status status = BF_OK;
    if (!chunk) status = fail_memory(error);
    else if (!out) status = fail_system(error, errno, "%s", path);
    rewind(in);
    while (status == BF_OK && length > 0) {
        const size_t got = fread(chunk, 1, length < CHUNK ? (size_t)length : CHUNK, in);
        if (got == 0 || fwrite(chunk, 1, got, out) != got) status = fail_system(error, errno, "%s", path);
        length -= got;
    }
    if (out && fclose(out) != 0 && status == BF_OK) status = fail_system(error, errno, "%s", path);
    free(chunk);
    return status;
}

/* An index that could not be finished must not be taken for a finished one the next time: it gets its name last. */
static bf_status index_make(const char *articles, const char *unfinished, const char *index, bool merge, bf_error *error)
{
    const char *const add[] = {"add", "--quiet", unfinished, articles, NULL}, *const merge_all[] = {"merge", unfinished, NULL};
    struct buffer output = {0};
    struct resources used;
    bf_status status = resources_of_index(add, &output, &used, error);
    if (status == BF_OK && merge) status = resources_of_index(merge_all, &output, &used, error);
    buffer_free(&output);
    if (status == BF_OK && rename(unfinished, index) != 0) status = fail_system(error, errno, "%s", index);
    return status;
}

static bf_status eighths_make(FILE *in, uint64_t length, unsigned eighths, const char *work, bool merge, char **path,
                              bf_error *error)
{
    char *articles = NULL, *unfinished = NULL;
    bf_status status = BF_OK;
    if (asprintf(path, "%s/growth-%u.bf", work, eighths) < 0) *path = NULL;
    if (asprintf(&articles, "%s/growth-%u.jsonl", work, eighths) < 0) articles = NULL;
    if (asprintf(&unfinished, "%s/growth-%u.unfinished", work, eighths) < 0) unfinished = NULL;
    if (!*path || !articles || !unfinished) {
        status = fail_memory(error);
    } else if (access(*path, F_OK) != 0) {
        fprintf(stderr, "making %s\n", *path);
        if (access(unfinished, F_OK) == 0)
            status = fail(error, BF_BAD_ARGUMENT, "%s is left from an earlier run: remove it", unfinished);
        else status = beginning_copy(in, length, articles, error);
        if (status == BF_OK) status = index_make(articles, unfinished, *path, merge, error);
        unlink(articles);
    }
    free(articles);
    free(unfinished);
    return status;
}

bf_status growth_index_make(const char *articles, const char *work, bool merge, char *paths[GROWTH_EIGHTHS], bf_error *error)
{
    uint64_t ends[GROWTH_EIGHTHS] = {0};
    if (mkdir(work, 0777) != 0 && errno != EEXIST) return fail_system(error, errno, "%s", work);
    FILE *in = fopen(articles, "rb");
    if (!in) return fail_system(error, errno, "%s", articles);
    bf_status status = ends_find(in, articles, ends, error);
    for (unsigned i = 0; status == BF_OK && i < GROWTH_EIGHTHS; i++)
        status = eighths_make(in, ends[i], 1u << i, work, merge, &paths[i], error);
    fclose(in);
    return status;
}
