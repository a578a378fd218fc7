#include "build_lines.h"

#include "segment_builder.h"
#include "status.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct build_line {
    struct build_lines *lines;
    pthread_t thread;
    struct analyzer *analyzer;
    struct segment_builder builder;
    /* Guarded by the lock of all lines: */
    pthread_cond_t given;
    struct article_batch *batches; /* waiting, the oldest first */
    struct build_line_state state;
    bf_error failure;              /* status BF_OK: none; with one, batches are only thrown away */
};

struct build_lines {
    char *index_path;
    bool sync;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t changes, seen;        /* of the lines' states; those the last look saw */
    bool closing;
    uint32_t count;
    struct build_line lines[];
};

static void line_note(struct build_line *line, const struct article_batch *batch, bf_status status, const bf_error *error,
                      const struct manifest_segment *listed)
{
    pthread_mutex_lock(&line->lines->lock);
    line->state.batches--;
    line->state.memory = segment_builder_memory(&line->builder);
    line->state.complete = batch->last && status == BF_OK;
    line->state.listed = *listed;
    if (status != BF_OK) line->failure = *error;
    line->lines->changes++;
    pthread_cond_signal(&line->lines->changed);
    pthread_mutex_unlock(&line->lines->lock);
}

static struct article_batch *line_wait(struct build_line *line)
{
    pthread_mutex_lock(&line->lines->lock);
    while (!line->batches && !line->lines->closing) pthread_cond_wait(&line->given, &line->lines->lock);
    struct article_batch *batch = line->lines->closing ? NULL : line->batches;
    if (batch) line->batches = batch->next;
    pthread_mutex_unlock(&line->lines->lock);
    return batch;
}

static void *line_run(void *context)
{
    struct build_line *line = context;
    bf_status status = BF_OK;
    for (struct article_batch *batch; (batch = line_wait(line)); article_batch_free(batch)) {
        bf_error error = {0};
        struct manifest_segment listed = {0};
        if (status == BF_OK)
            status = segment_builder_add_batch(&line->builder, batch, line->lines->index_path, line->lines->sync, line->analyzer,
                                               &error);
        if (status == BF_OK && batch->last) status = segment_builder_finish(&line->builder, &listed, &error);
        line_note(line, batch, status, &error, &listed);
    }
    return NULL;
}

/* ---- Seen from the reading thread ---- */

bf_status build_lines_new(const char *index_path, bool sync, const char *identity, uint32_t count, struct build_lines **result,
                          bf_error *error)
{
    struct build_lines *lines = calloc(1, sizeof *lines + count * sizeof *lines->lines);
    if (!lines) return fail_memory(error);
    pthread_mutex_init(&lines->lock, NULL);
    pthread_cond_init(&lines->changed, NULL);
    lines->sync = sync;
    bf_status status = (lines->index_path = strdup(index_path)) ? BF_OK : fail_memory(error);
    /* Signals are for the thread that reads, whose waiting they are to end. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        struct build_line *line = &lines->lines[i];
        line->lines = lines;
        status = analyzer_from_identity(identity, &line->analyzer, error);
        if (status != BF_OK) break;
        pthread_cond_init(&line->given, NULL);
        int refused = pthread_create(&line->thread, NULL, line_run, line);
        if (refused) {
            pthread_cond_destroy(&line->given);
            analyzer_free(line->analyzer);
            if (i == 0) status = fail_system(error, refused, "a thread");
            break;
        }
        lines->count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != BF_OK) build_lines_free(lines);
    else *result = lines;
    return status;
}

uint32_t build_lines_count(const struct build_lines *lines)
{
    return lines->count;
}

bf_status build_lines_look(struct build_lines *lines, bool wait, struct build_line_state *states, bf_error *error)
{
    bf_status status = BF_OK;
    pthread_mutex_lock(&lines->lock);
    while (wait && lines->changes == lines->seen) pthread_cond_wait(&lines->changed, &lines->lock);
    lines->seen = lines->changes;
    for (uint32_t i = 0; i < lines->count; i++) {
        states[i] = lines->lines[i].state;
        if (status != BF_OK || lines->lines[i].failure.status == BF_OK) continue;
        status = lines->lines[i].failure.status;
        if (error) *error = lines->lines[i].failure;
    }
    pthread_mutex_unlock(&lines->lock);
    return status;
}

void build_lines_give(struct build_lines *lines, uint32_t number, struct article_batch *batch)
{
    struct build_line *line = &lines->lines[number];
    batch->next = NULL;
    pthread_mutex_lock(&lines->lock);
    struct article_batch **end = &line->batches;
    while (*end) end = &(*end)->next;
    *end = batch;
    line->state.batches++;
    line->state.completing |= batch->last;
    pthread_cond_signal(&line->given);
    pthread_mutex_unlock(&lines->lock);
}

void build_lines_taken(struct build_lines *lines, uint32_t line)
{
    pthread_mutex_lock(&lines->lock);
    lines->lines[line].state.completing = lines->lines[line].state.complete = false;
    pthread_mutex_unlock(&lines->lock);
}

void build_lines_free(struct build_lines *lines)
{
    if (!lines) return;
    pthread_mutex_lock(&lines->lock);
    lines->closing = true;
    for (uint32_t i = 0; i < lines->count; i++) pthread_cond_signal(&lines->lines[i].given);
    pthread_mutex_unlock(&lines->lock);
    for (uint32_t i = 0; i < lines->count; i++) {
        struct build_line *line = &lines->lines[i];
        pthread_join(line->thread, NULL);
        for (struct article_batch *batch = line->batches, *next; batch; batch = next) {
            next = batch->next;
            article_batch_free(batch);
        }
        segment_builder_free(&line->builder);
        analyzer_free(line->analyzer);
        pthread_cond_destroy(&line->given);
    }
    pthread_cond_destroy(&lines->changed);
    pthread_mutex_destroy(&lines->lock);
    free(lines->index_path);
    free(lines);
}
