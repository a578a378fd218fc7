#include "folder.h"

#include "buffer.h"
#include "status.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folders one is in, innermost first. */
struct inside {
    const struct inside *outer;
    dev_t device;
    ino_t inode;
};

static bool is_inside(const struct inside *inside, const struct stat *about)
{
    for (; inside; inside = inside->outer)
        if (inside->device == about->st_dev && inside->inode == about->st_ino) return true;
    return false;
}

static void visitor_refused(const struct folder_visitor *visitor, const char *path, const char *rule)
{
    if (visitor->refused) visitor->refused(visitor->context, path, rule);
}

static void visitor_skipped(const struct folder_visitor *visitor, const char *path, const char *why)
{
    if (visitor->skipped) visitor->skipped(visitor->context, path, why);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; each and the list are the caller's to free. BF_IO: it can't be read; errno says why. */
static bf_status folder_names(const char *path, char ***out, size_t *out_count, bf_error *error)
{
    char **names = NULL;
    size_t count = 0, room = 0;
    bf_status status = BF_OK;
    DIR *folder = opendir(path);
    if (!folder) return BF_IO;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (count == room) {
            size_t larger = room ? room * 2 : 64;
            char **moved = realloc(names, larger * sizeof *names);
            if (!moved) {
                status = fail_memory(error);
                goto cleanup;
            }
            names = moved;
            room = larger;
        }
        names[count] = strdup(entry->d_name);
        if (!names[count]) {
            status = fail_memory(error);
            goto cleanup;
        }
        count++;
    }
    if (errno != 0) status = BF_IO;
cleanup:
    if (status != BF_OK) {
        int reason = errno;
        for (size_t i = 0; i < count; i++) free(names[i]);
        free(names);
        closedir(folder);
        errno = reason;
        return status;
    }
    closedir(folder);
    if (count) qsort(names, count, sizeof *names, compare_names);
    *out = names;
    *out_count = count;
    return BF_OK;
}

static bool has_manifest(const char *path, struct buffer *scratch)
{
    buffer_clear(scratch);
    buffer_append_format(scratch, "%s/manifest.lmdb", path);
    const char *manifest = buffer_string(scratch);
    return manifest && access(manifest, F_OK) == 0;
}

static bool is_index(const char *path, const char *name, struct buffer *scratch)
{
    size_t length = strlen(name);
    return length >= 4 && strcmp(name + length - 3, ".bf") == 0 && has_manifest(path, scratch);
}

static bf_status walk(const char *path, const struct folder_visitor *visitor, const struct inside *outer, bf_error *error);

/* One name in a folder. */
static bf_status walk_entry(const char *path, const char *name, const struct folder_visitor *visitor, const struct inside *inside,
                            struct buffer *scratch, bf_error *error)
{
    struct stat about;
    if (name[0] == '.') {
        visitor_skipped(visitor, path, "its name begins with a dot; give it by name to read it");
        return BF_OK;
    }
    if (stat(path, &about) != 0) {
        bf_error reason;
        fail(&reason, BF_REFUSED, "can't be read: %s", strerror(errno));
        visitor_refused(visitor, path, reason.message);
        return BF_OK;
    }
    if (S_ISREG(about.st_mode)) return visitor->file(visitor->context, path, &about, error);
    if (!S_ISDIR(about.st_mode)) {
        visitor_refused(visitor, path, "neither a file nor a folder");
        return BF_OK;
    }
    if (is_inside(inside, &about)) {
        visitor_skipped(visitor, path, "a link to a folder it stands in");
        return BF_OK;
    }
    if (is_index(path, name, scratch)) {
        visitor_skipped(visitor, path, "an index");
        return BF_OK;
    }
    return walk(path, visitor, inside, error);
}

static bf_status walk(const char *path, const struct folder_visitor *visitor, const struct inside *outer, bf_error *error)
{
    struct stat about;
    char **names = NULL;
    size_t count = 0;
    struct buffer entry = {0}, scratch = {0};
    bf_status status = stat(path, &about) == 0 ? folder_names(path, &names, &count, error) : BF_IO;
    if (status == BF_IO) {
        if (!outer) return fail_system(error, errno, "%s", path);
        bf_error reason;
        fail(&reason, BF_REFUSED, "can't be read: %s", strerror(errno));
        visitor_refused(visitor, path, reason.message);
        return BF_OK;
    }
    struct inside inside = {.outer = outer, .device = about.st_dev, .inode = about.st_ino};
    for (size_t i = 0; status == BF_OK && i < count; i++) {
        buffer_clear(&entry);
        buffer_append_format(&entry, path[strlen(path) - 1] == '/' ? "%s%s" : "%s/%s", path, names[i]);
        const char *full = buffer_string(&entry);
        status = full ? walk_entry(full, names[i], visitor, &inside, &scratch, error) : fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
    buffer_free(&entry);
    buffer_free(&scratch);
    return status;
}

bf_status folder_walk(const char *path, const struct folder_visitor *visitor, bf_error *error)
{
    struct buffer scratch = {0};
    bool is_mistaken = has_manifest(path, &scratch);
    buffer_free(&scratch);
    if (is_mistaken)
        return fail(error, BF_BAD_ARGUMENT, "%s: an index, not articles; `backfile-index dump` prints what it holds", path);
    return walk(path, visitor, NULL, error);
}
