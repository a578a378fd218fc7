/*
 * A new index of what can be saved of a damaged one. Stored articles suffice: each is read in the order of arrival and added as
 * `add` would. What can't be read that way is looked for once more in the segment's bytes (article_salvage.h), for a damaged
 * column or tree hides many articles that are whole. Segments that several threads built at once are gone through together.
 */
#include "analyzer.h"
#include "repair_segments.h"
#include "status.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void repair_planned(void *context, const char *line)
{
    const struct repair_target *target = context;
    if (target->finding) target->finding(target->context, line);
}

static bf_status repair_open_writer(bf_writer **writer, const struct repair_plan *plan, const char *path, const char *into,
                                    const bf_repair_options *options, bf_error *error)
{
    struct analyzer *analyzer = NULL;
    bf_writer_options writing = {.language = options->language, .analysis = options->analysis, .memory = options->memory,
                                 .no_sync = options->no_sync};
    if (plan->analyzer[0]) {
        bf_status status = analyzer_from_identity(plan->analyzer, &analyzer, error);
        if (status != BF_OK) return fail_within(error, status, "%s", path);
        writing.language = analyzer_language(analyzer);
        writing.analysis = strncmp(plan->analyzer, "plain", 5) == 0 ? "plain" : "standard";
    } else if (!options->language && !options->analysis) {
        return fail(error, BF_BAD_ARGUMENT, "%s: the manifest is lost, and with it the language: it must be given", path);
    }
    bf_status status = bf_writer_open(into, &writing, writer, error);
    analyzer_free(analyzer);
    return status;
}

/* All in it was made by this repair. */
static void repair_remove(const char *into)
{
    static const char *const names[] = {"manifest.lmdb", "manifest.lmdb-lock", "writer.lock"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snprintf(path, sizeof path, "%s/%s", into, names[i]) < (int)sizeof path) unlink(path);
    rmdir(into);
}

bf_status bf_repair(const char *path, const char *into, const bf_repair_options *options,
                    void (*finding)(void *context, const char *line), void *context, bf_repair_report *report, bf_error *error)
{
    static const bf_repair_options defaults = {0};
    bf_repair_report unwanted;
    bf_error local = {0};
    struct repair_plan plan;
    struct stat about;
    if (!error) error = &local;
    if (!options) options = &defaults;
    if (!report) report = &unwanted;
    *report = (bf_repair_report){0};
    struct repair_target target = {.finding = finding, .context = context};
    if (lstat(into, &about) == 0) return fail(error, BF_BAD_ARGUMENT, "%s: exists already; a repair makes a new index", into);
    bf_status status = repair_plan_make(path, &plan, repair_planned, &target, error);
    if (status != BF_OK) return status;
    report->manifest_lost = plan.manifest_lost;
    report->deletions_lost = plan.manifest_lost;
    status = repair_open_writer(&target.writer, &plan, path, into, options, error);
    if (status == BF_OK) status = repair_segments(path, &plan, &target, report, error);
    if (status == BF_OK) status = bf_writer_commit(target.writer, error);
    bf_writer_close(target.writer);
    if (status != BF_OK) repair_remove(into);
    repair_plan_free(&plan);
    return status;
}
