#include "fault_disk.h"

#include "index_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fault_disk_fail(const char *what)
{
    perror(what);
    abort();
}

static void *fault_disk_memory(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (!memory) fault_disk_fail("memory");
    return memory;
}

/* ---- The record ---- */

void fault_record_read(const char *path, struct fault_record *record)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) fault_disk_fail(path);
    size_t size = (size_t)about.st_size;
    record->bytes = fault_disk_memory(size, 1);
    record->items = fault_disk_memory(size / sizeof(struct fault_entry), sizeof *record->items);
    record->count = 0;
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, record->bytes + done, size - done);
        if (got <= 0) fault_disk_fail(path);
        done += (size_t)got;
    }
    close(fd);
    for (size_t at = 0; at < size;) {
        struct fault_item *item = &record->items[record->count++];
        memcpy(&item->entry, record->bytes + at, sizeof item->entry);
        item->bytes = record->bytes + at + sizeof item->entry;
        at += sizeof item->entry + item->entry.length;
    }
}

void fault_record_free(struct fault_record *record)
{
    free(record->bytes);
    free(record->items);
}

/* ---- Which entries are on disk for sure ---- */

static bool is_of_file(uint32_t deed)
{
    return deed == FAULT_WRITE || deed == FAULT_RESIZE || deed == FAULT_SYNC || deed == FAULT_SYNC_RANGE;
}

/* The folder of a path within the watched one, whose own path is "". */
static size_t parent_length(const struct fault_item *item)
{
    size_t length = item->entry.length;
    while (length && item->bytes[length - 1] != '/') length--;
    return length ? length - 1 : 0;
}

/* Whether something later in the record, but before the cut, waited for what the entry did. */
static bool fault_is_synced(const struct fault_record *record, size_t at, size_t done)
{
    const struct fault_item *item = &record->items[at];
    bool is_name = !is_of_file(item->entry.deed);
    for (size_t i = at + 1; i < done; i++) {
        const struct fault_entry *later = &record->items[i].entry;
        if (is_name) {
            size_t length = parent_length(item);
            if (later->deed == FAULT_SYNC_FOLDER && later->length == length &&
                memcmp(record->items[i].bytes, item->bytes, length) == 0)
                return true;
        } else if (later->file == item->entry.file && later->deed == FAULT_SYNC) {
            return true;
        } else if (later->file == item->entry.file && later->deed == FAULT_SYNC_RANGE && item->entry.deed == FAULT_WRITE &&
                   item->entry.offset >= later->offset &&
                   item->entry.offset + item->entry.length <= later->offset + later->size) {
            return true;
        }
    }
    return false;
}

/* ---- The disk ---- */

struct disk_file {
    const struct fault_item *name;      /* the entry that made it; NULL: the name did not arrive, or is gone */
    uint8_t *bytes;
    size_t size, room;
};

static void disk_file_resize(struct disk_file *file, size_t size)
{
    if (size > file->room) {
        file->room = 2 * size;
        file->bytes = realloc(file->bytes, file->room);
        if (!file->bytes) fault_disk_fail("memory");
    }
    if (size > file->size) memset(file->bytes + file->size, 0, size - file->size);
    file->size = size;
}

static bool chance(uint64_t *seed, unsigned percent)
{
    return random_next(seed) % 100 < percent;
}

/* A write: whole, or the sectors of it that arrived. */
static void disk_file_write(struct disk_file *file, const struct fault_item *item, bool is_synced, const struct fault_cut *cut,
                            uint64_t *seed)
{
    for (size_t from = 0; from < item->entry.length;) {
        size_t at = item->entry.offset + from, length = cut->sector - at % cut->sector;
        if (length > item->entry.length - from) length = item->entry.length - from;
        bool arrives = is_synced || chance(seed, cut->kept);
        /* The length of a file and the bytes in it come by different ways. */
        if (at + length > file->size && (arrives || chance(seed, cut->kept / 2))) disk_file_resize(file, at + length);
        if (arrives) memcpy(file->bytes + at, item->bytes + from, length);
        from += length;
    }
}

static void disk_path(const char *folder, const struct fault_item *item, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%.*s", folder, (int)item->entry.length, (const char *)item->bytes);
}

static void disk_file_put(const struct disk_file *file, const char *folder)
{
    char path[PATH_MAX];
    disk_path(folder, file->name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) return; /* its folder is not there */
    for (size_t done = 0; done < file->size;) {
        ssize_t wrote = write(fd, file->bytes + done, file->size - done);
        if (wrote <= 0) fault_disk_fail(path);
        done += (size_t)wrote;
    }
    close(fd);
}

void fault_disk_make(const struct fault_record *record, const struct fault_cut *cut, const char *folder)
{
    struct disk_file *files = fault_disk_memory(cut->done, sizeof *files);
    uint64_t seed = cut->seed;
    char path[PATH_MAX];
    if (mkdir(folder, 0755) != 0) fault_disk_fail(folder);
    for (size_t i = 0; i < cut->done; i++) {
        const struct fault_item *item = &record->items[i];
        struct disk_file *file = &files[item->entry.file];
        if (item->entry.deed == FAULT_MARK || item->entry.deed == FAULT_SYNC || item->entry.deed == FAULT_SYNC_RANGE ||
            item->entry.deed == FAULT_SYNC_FOLDER)
            continue;
        bool is_synced = fault_is_synced(record, i, cut->done);
        if (item->entry.deed == FAULT_WRITE) disk_file_write(file, item, is_synced, cut, &seed);
        else if (!is_synced && !chance(&seed, cut->kept)) continue;
        else if (item->entry.deed == FAULT_RESIZE) disk_file_resize(file, item->entry.offset);
        else if (item->entry.deed == FAULT_MAKE || item->entry.deed == FAULT_RENAME) file->name = item;
        else if (item->entry.deed == FAULT_REMOVE) file->name = NULL;
        else if (item->entry.deed == FAULT_MAKE_FOLDER) {
            disk_path(folder, item, path);
            if (mkdir(path, 0755) != 0) fault_disk_fail(path);
        }
    }
    for (size_t i = 0; i < cut->done; i++) {
        if (files[i].name) disk_file_put(&files[i], folder);
        free(files[i].bytes);
    }
    free(files);
}
