/*
 * A copy of one commit while a writer works. The snapshot keeps the commit as it is: its segments are open, so their bytes stay
 * also when a merge removes the files, and the manifest's records are those of one read transaction. Order as in a commit:
 * segments, folder, then the manifest's transaction, so that a copy that was interrupted is an index that was never committed to.
 */
#include "file_copy.h"
#include "snapshot.h"
#include "status.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct backup_check {
    uint64_t findings;
    char first[512];
};

static void backup_finding(void *context, const char *line)
{
    struct backup_check *check = context;
    if (!check->findings++) snprintf(check->first, sizeof check->first, "%s", line);
}

static double backup_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The folder was made by this backup, so all in it is its own. */
static void backup_remove(const struct snapshot *snapshot, const char *destination)
{
    static const char *const names[] = {"manifest.lmdb", "manifest.lmdb-lock"};
    char path[PATH_MAX];
    for (uint32_t i = 0; i < snapshot->segment_count; i++) {
        segment_store_path(destination, snapshot->segments[i]->number, path, sizeof path);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snprintf(path, sizeof path, "%s/%s", destination, names[i]) < (int)sizeof path) unlink(path);
    rmdir(destination);
}

/* The folder that holds the destination: its name must be on disk too. */
static bf_status backup_sync_parent(const char *destination, bf_error *error)
{
    char path[PATH_MAX];
    size_t length = strlen(destination);
    while (length > 1 && destination[length - 1] == '/') length--;
    while (length && destination[length - 1] != '/') length--;
    snprintf(path, sizeof path, "%.*s", length ? (int)length : 1, length ? destination : ".");
    return folder_sync(path, error);
}

static bf_status backup_copy(struct snapshot *snapshot, const char *destination, bool sync, bf_backup_report *report,
                             bf_error *error)
{
    struct manifest_store *manifest = NULL;
    bf_status status = manifest_store_open(destination, true, &manifest, error);
    for (uint32_t i = 0; status == BF_OK && i < snapshot->segment_count; i++) {
        struct segment *segment = snapshot->segments[i];
        status = segment_store_copy(segment->store, destination, segment->number, sync, error);
        report->bytes += segment_store_bytes(segment->store);
    }
    if (status == BF_OK && sync) status = folder_sync(destination, error);
    if (status == BF_OK) status = manifest_copy(snapshot->transaction, manifest, sync, error);
    manifest_store_close(manifest);
    return status == BF_OK && sync ? backup_sync_parent(destination, error) : status;
}

static bf_status backup_verify(const char *path, const char *destination, bf_error *error)
{
    struct backup_check check = {0};
    bf_status status = bf_check(destination, backup_finding, &check, error);
    if (status != BF_CORRUPT || !check.findings) return status;
    return fail(error, BF_CORRUPT, "%s: the copy is damaged, and is removed; `check` %s for where that comes from. First of %llu: %s",
                destination, path, (unsigned long long)check.findings, check.first);
}

bf_status bf_backup(const char *path, const char *destination, const bf_backup_options *options, bf_backup_report *report,
                    bf_error *error)
{
    static const bf_backup_options defaults = {0};
    bf_backup_report unwanted;
    bf_error local = {0};
    if (!error) error = &local;
    if (!options) options = &defaults;
    if (!report) report = &unwanted;
    *report = (bf_backup_report){0};
    double began = backup_now();
    struct snapshot *snapshot = NULL;
    bf_status status = snapshot_open(path, &snapshot, error);
    if (status != BF_OK) return status;
    if (mkdir(destination, 0777) != 0) {
        status = errno == EEXIST ? fail(error, BF_BAD_ARGUMENT, "%s: exists already; a backup makes a new folder", destination)
                                 : fail_system(error, errno, "%s: can't make the folder", destination);
        snapshot_close(snapshot);
        return status;
    }
    report->generation = snapshot->head.generation;
    report->articles = snapshot->article_count;
    report->segments = snapshot->segment_count;
    status = backup_copy(snapshot, destination, !options->no_sync, report, error);
    double copied = backup_now();
    if (status == BF_OK && !options->no_check) status = backup_verify(path, destination, error);
    if (status != BF_OK) backup_remove(snapshot, destination);
    snapshot_close(snapshot);
    report->seconds = backup_now() - began;
    report->seconds_checking = options->no_check ? 0 : backup_now() - copied;
    return status;
}
