#include "growth_index.h"

#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
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

/* The same for `steps` sizes from `from` bytes on to all: each ends with the line that its last byte is in. */
static bf_status ends_step(FILE *in, const char *path, const struct growth_making *making, uint64_t *ends, bf_error *error)
{
    if (fseeko(in, 0, SEEK_END) != 0) return fail_system(error, errno, "%s", path);
    const uint64_t all = (uint64_t)ftello(in);
    if (making->from >= all) return fail(error, BF_BAD_ARGUMENT, "%s has no more than the bytes of --from: nothing grows", path);
    const double factor = pow((double)all / (double)making->from, 1 / (double)(making->steps - 1));
    for (uint64_t i = 0; i < making->steps; i++) {
        uint64_t end = i + 1 < making->steps ? (uint64_t)((double)making->from * pow(factor, (double)i)) : all;
        if (fseeko(in, (off_t)end, SEEK_SET) != 0) return fail_system(error, errno, "%s", path);
        for (int byte = 0; end < all && byte != '\n' && (byte = fgetc(in)) != EOF;) end++;
        if (ferror(in)) return fail_system(error, errno, "%s", path);
        if (i > 0 && end <= ends[i - 1]) return fail(error, BF_BAD_ARGUMENT, "%s has too few lines for so many steps", path);
        ends[i] = end;
    }
    rewind(in);
    return BF_OK;
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
static bf_status index_make(const struct growth_making *making, const char *articles, const char *unfinished, const char *index,
                            struct growth_cost *cost, bf_error *error)
{
    const char *add[9] = {"add", "--quiet", unfinished, articles}, *const merge_all[] = {"merge", unfinished, NULL};
    size_t count = 4;
    if (making->memory) add[count++] = "--memory", add[count++] = making->memory;
    if (making->threads) add[count++] = "--threads", add[count++] = making->threads;
    struct buffer output = {0};
    struct resources merging;
    bf_status status = resources_of_index(add, &output, &cost->used, error);
    if (status == BF_OK && making->merge) status = resources_of_index(merge_all, &output, &merging, error);
    if (status == BF_OK && making->merge) resources_add(&cost->used, &merging);
    buffer_free(&output);
    if (status == BF_OK && rename(unfinished, index) != 0) status = fail_system(error, errno, "%s", index);
    return status;
}

/* The first `length` bytes. `name` tells them from others. */
static bf_status beginning_index(FILE *in, uint64_t length, const char *name, const struct growth_making *making, char **path,
                                 bf_error *error)
{
    struct growth_cost cost = {.input_bytes = length};
    char *articles = NULL, *unfinished = NULL;
    bf_status status = BF_OK;
    if (asprintf(path, "%s/growth-%s.bf", making->work, name) < 0) *path = NULL;
    if (asprintf(&articles, "%s/growth-%s.jsonl", making->work, name) < 0) articles = NULL;
    if (asprintf(&unfinished, "%s/growth-%s.unfinished", making->work, name) < 0) unfinished = NULL;
    if (!*path || !articles || !unfinished) {
        status = fail_memory(error);
    } else if (access(*path, F_OK) != 0) {
        fprintf(stderr, "making %s\n", *path);
        if (access(unfinished, F_OK) == 0)
            status = fail(error, BF_BAD_ARGUMENT, "%s is left from an earlier run: remove it", unfinished);
        else status = beginning_copy(in, length, articles, error);
        if (status == BF_OK) status = index_make(making, articles, unfinished, *path, &cost, error);
        if (status == BF_OK) status = growth_cost_save(*path, &cost, error);
        unlink(articles);
    }
    free(articles);
    free(unfinished);
    return status;
}

bf_status growth_index_make(const struct growth_making *making, char *paths[GROWTH_SIZES_MOST], size_t *count,
                            bf_error *error)
{
    uint64_t ends[GROWTH_SIZES_MOST] = {0};
    char name[32];
    if (mkdir(making->work, 0777) != 0 && errno != EEXIST) return fail_system(error, errno, "%s", making->work);
    FILE *in = fopen(making->articles, "rb");
    if (!in) return fail_system(error, errno, "%s", making->articles);
    *count = making->from ? (size_t)making->steps : GROWTH_EIGHTHS;
    bf_status status = making->from ? ends_step(in, making->articles, making, ends, error)
                                    : ends_find(in, making->articles, ends, error);
    for (size_t i = 0; status == BF_OK && i < *count; i++) {
        if (making->from) snprintf(name, sizeof name, "%" PRIu64, ends[i]);
        else snprintf(name, sizeof name, "%u", 1u << i);
        status = beginning_index(in, ends[i], name, making, &paths[i], error);
    }
    fclose(in);
    return status;
}
