/* backfile-index add: reads articles, leaves out those that are there unchanged, and commits all at once at the end, or as it goes. */
#include "index_command.h"

#include "add_summary.h"
#include "commit_interval.h"
#include "interrupt.h"
#include "option.h"
#include "progress.h"
#include "reader.h"
#include "readable.h"
#include "refused.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MOST = 256 };

struct add {
    const char *index_path, *form_name, *errors_path, *commit_every;
    bf_writer_options writing;
    struct reader_options reading;
    char **paths;
    int path_count;
    uint64_t threads;
    bool quiet, json, help, force;

    bf_writer *writer;
    struct commit_interval interval;
    struct progress progress;
    struct refused refused;
    struct add_summary summary;
};

/* What is said to be committed is on disk for good, whatever becomes of the run. */
static bf_status add_commit(struct add *add, bf_error *error)
{
    char count[READABLE_SIZE];
    if (add->summary.stored == add->summary.committed) {
        commit_interval_begin(&add->interval, add->summary.counts.bytes);
        return BF_OK;
    }
    const uint64_t before = bf_writer_generation(add->writer);
    bf_status status = bf_writer_commit(add->writer, error);
    /* Where it stands although the call failed, only the merge after it went wrong. */
    if (status != BF_OK && bf_writer_generation(add->writer) == before) return status;
    add->summary.committed = add->summary.stored;
    add->summary.commits++;
    commit_interval_begin(&add->interval, add->summary.counts.bytes);
    if (status != BF_OK || add->quiet) return status;
    progress_clear(&add->progress);
    index_say("%s articles of this run committed", readable_count(add->summary.committed, count));
    return BF_OK;
}

/* What stands when a run fails. `whole`: every article of it was read and given to the writer. */
static void add_fail(struct add *add, bool whole, bf_status status, bf_error *error)
{
    char count[READABLE_SIZE];
    readable_count(add->summary.committed, count);
    if (whole && add->summary.committed && add->summary.committed == add->summary.stored)
        fail_within(error, status, "all %s articles of this run are committed and stay", count);
    else if (!add->summary.committed) fail_within(error, status, "nothing of this run was stored");
    else fail_within(error, status, "%s articles of this run are committed and stay, those after them were not stored", count);
}

static bf_status add_article(void *context, const bf_article *article, const char *path, uint64_t record, bf_error *error)
{
    struct add *add = context;
    bool replaced = false;
    (void)path, (void)record;
    if (interrupt_asked()) return fail(error, BF_INTERRUPTED, "interrupted");
    const struct reader_counts *counts = &add->summary.counts;
    bool is_there = false;
    bf_status status = add->force ? BF_OK : bf_writer_holds(add->writer, article, &is_there, error);
    if (status == BF_OK && !is_there) status = bf_writer_add(add->writer, article, &replaced, error);
    if (status == BF_OK) {
        add->summary.stored += !is_there;
        add->summary.unchanged += is_there;
        add->summary.replaced += replaced;
    }
    if (status == BF_OK && commit_interval_is_over(&add->interval, counts->bytes)) status = add_commit(add, error);
    progress_update(&add->progress, add->summary.stored + add->summary.unchanged, counts->bytes, counts->source_bytes);
    return status;
}

static void add_refused(void *context, const struct refusal *refusal)
{
    struct add *add = context;
    refused_record(&add->refused, refusal);
}

static void add_skipped(void *context, const char *path, const char *why)
{
    struct add *add = context;
    add->summary.skipped++;
    if (add->quiet) return;
    progress_clear(&add->progress);
    index_say("%s: skipped: %s", path, why);
}

static bf_status read_paths(struct add *add, bf_error *error)
{
    const struct reader_sink sink = {add, add_article, add_refused, add_skipped};
    bf_status status = BF_OK;
    for (int i = 0; i < add->path_count && status == BF_OK; i++)
        status = read_articles(add->paths[i], &add->reading, &sink, &add->summary.counts, error);
    /* A read that a signal broke off ends as an error of its own, or as the end of the input. */
    if (interrupt_asked()) return fail(error, BF_INTERRUPTED, "interrupted");
    return status;
}

/* A path that is mistyped stops the run before anything is made. */
static bf_status paths_exist(const struct add *add, bf_error *error)
{
    for (int i = 0; i < add->path_count; i++)
        if (strcmp(add->paths[i], "-") != 0 && access(add->paths[i], F_OK) != 0)
            return fail_system(error, errno, "%s", add->paths[i]);
    return BF_OK;
}

static bf_status add_run(struct add *add, bf_error *error)
{
    bf_error closing;
    bf_status status = paths_exist(add, error);
    if (status != BF_OK) return fail_within(error, status, "nothing of this run was stored");
    status = bf_writer_open(add->index_path, &add->writing, &add->writer, error);
    if (status != BF_OK) return status;
    status = refused_open(&add->refused, add->errors_path, &add->progress, error);
    if (status != BF_OK) goto done;
    interrupt_watch();
    commit_interval_begin(&add->interval, 0);
    progress_begin(&add->progress, add->quiet, add->paths, add->path_count);
    status = read_paths(add, error);
    const bool whole = status == BF_OK;
    if (whole) {
        progress_say(&add->progress, "writing the index");
        const uint64_t before = bf_writer_generation(add->writer);
        status = bf_writer_commit(add->writer, error);
        if (bf_writer_generation(add->writer) != before) add->summary.committed = add->summary.stored;
    }
    add->summary.seconds = progress_seconds(&add->progress);
    add->summary.refused = add->refused.count;
    progress_clear(&add->progress);
    if (status != BF_OK) add_fail(add, whole, status, error);
done:
    bf_writer_close(add->writer);
    if (refused_close(&add->refused, &closing) != BF_OK) {
        if (status != BF_OK) index_say("%s", closing.message);
        else status = fail(error, closing.status, "stored, but the refused records are not all kept: %s", closing.message);
    }
    return status;
}

int index_add(int argc, char **argv)
{
    struct add add = {0};
    const struct option_spec specs[] = {
        {0, "language", OPTION_STRING, &add.writing.language, "L", "english (default for a new index), german, ..., or none"},
        {0, "analysis", OPTION_STRING, &add.writing.analysis, "A", "standard (default), or plain: words are split at spaces"},
        {0, "memory", OPTION_SIZE, &add.writing.memory, "SIZE", "for articles not yet written to a segment (512M)"},
        {0, "threads", OPTION_U64, &add.threads, "N", "that build, beside the one that reads (as many as there are processors)"},
        {0, "commit-every", OPTION_STRING, &add.commit_every, "N", "commit after so much input (256M) or time (60s), not only at the end"},
        {0, "force", OPTION_FLAG, &add.force, NULL, "store also what is there unchanged"},
        {0, "as", OPTION_STRING, &add.form_name, "FORM", "wire, text, json, sgml or trec; else found out from the content"},
        {0, "map", OPTION_STRING, &add.reading.map, "M", "JSON names, such as title=headline,body=content.text"},
        {0, "encoding", OPTION_STRING, &add.reading.encoding, "E", "of the text, as iconv names it; else found out"},
        {0, "errors", OPTION_STRING, &add.errors_path, "FILE", "keep refused records there, as JSON lines"},
        {0, "wait", OPTION_FLAG, &add.writing.wait, NULL, "wait for another writer to end"},
        {0, "no-sync", OPTION_FLAG, &add.writing.no_sync, NULL, "don't wait for the disk: a power cut may lose the commit"},
        {0, "no-merge", OPTION_FLAG, &add.writing.no_merge, NULL, "leave segments as they are written"},
        {0, "json", OPTION_FLAG, &add.json, NULL, "the summary as a JSON object"},
        {'q', "quiet", OPTION_FLAG, &add.quiet, NULL, "no progress, no summary; refused records are still named"},
        {0, "help", OPTION_FLAG, &add.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("add", &error);
    if (add.help) {
        puts("usage: backfile-index add INDEX PATH...\n\n"
             "Adds articles to the index, which is made if it isn't there; an article whose id is there replaces the old one.\n"
             "A PATH is a file, a folder or - for standard input: wire text, JSON lines or arrays, Reuters-21578 or TREC\n"
             "SGML, as they are or in .gz .bz2 .xz .zst .tar .zip. An article that is there unchanged is left out.\n"
             "All is committed at once at the end, unless --commit-every says otherwise.\n");
        options_help(specs, stdout);
        puts("\nExit codes: 0 all stored, 1 some records refused, 2 stopped by an error: what was not committed is\n"
         "not stored.");
        return INDEX_DONE;
    }
    if (argc < 3) {
        fail(&error, BF_BAD_ARGUMENT, "wants an index and what to add to it");
        return index_misused("add", &error);
    }
    if (add.form_name && !article_form_parse(add.form_name, &add.reading.form)) {
        fail(&error, BF_BAD_ARGUMENT, "--as wants wire, text, json, sgml or trec, not \"%s\"", add.form_name);
        return index_misused("add", &error);
    }
    if (add.threads > THREADS_MOST) {
        fail(&error, BF_BAD_ARGUMENT, "--threads is at most %d", THREADS_MOST);
        return index_misused("add", &error);
    }
    add.writing.threads = (uint32_t)add.threads;
    if (add.commit_every && commit_interval_parse("--commit-every", add.commit_every, &add.interval, &error) != BF_OK)
        return index_misused("add", &error);
    add.index_path = argv[1];
    add.paths = argv + 2;
    add.path_count = argc - 2;
    bf_status status = add_run(&add, &error);
    if (status != BF_OK) return index_stopped(&error);
    if (add.refused.count > 0 && add.errors_path)
        index_say("%llu record%s refused, kept in %s", (unsigned long long)add.refused.count, add.refused.count == 1 ? "" : "s",
                  add.errors_path);
    if (!add.quiet || add.json) status = add_summary_print(&add.summary, add.index_path, add.json, &error);
    if (status != BF_OK) return index_stopped(&error);
    return add.refused.count > 0 ? INDEX_PARTLY : INDEX_DONE;
}
