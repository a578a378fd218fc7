#include "fault_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define INTERPOSE __attribute__((visibility("default")))

enum { DESCRIPTORS = 1024, FILES = 4096, NAME_MOST = 192, SECTOR = 512 };

/* What is done by a call. */
enum call_kind { CALL_WRITE, CALL_TAKES_SPACE, CALL_OTHER };

struct descriptor {
    bool is_watched, is_folder, syncs_itself;
    uint32_t file;
};

/* One lock around each watched call, so that the record has them in the order in which they were. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct fault_plan plan = {.kind = FAULT_NONE, .record = -1};
static char folder[PATH_MAX];      /* empty: nothing is watched */
static long calls;
static struct descriptor descriptors[DESCRIPTORS];
static char (*names)[NAME_MOST];   /* of files, relative to the folder; empty once removed */
static uint32_t file_count;

void fault_calls_begin(const struct fault_plan *wanted)
{
    pthread_mutex_lock(&mutex);
    folder[0] = '\0';
    memset(descriptors, 0, sizeof descriptors);
    calls = 0;
    file_count = 0;
    if (wanted) {
        plan = *wanted;
        if (plan.record <= 0) plan.record = -1;
        snprintf(folder, sizeof folder, "%s", wanted->folder);
        if (plan.record >= 0 && !names) names = calloc(FILES, sizeof *names);
    }
    pthread_mutex_unlock(&mutex);
}

long fault_calls_count(void)
{
    return calls;
}

/* BACKFILE_FAULT=FOLDER:KIND:N:CODE */
__attribute__((constructor)) static void fault_calls_read_environment(void)
{
    static char text[PATH_MAX];
    char *fields[3];
    const char *given = getenv("BACKFILE_FAULT");
    if (!given) return;
    snprintf(text, sizeof text, "%s", given);
    for (int i = 2; i >= 0; i--) {
        fields[i] = strrchr(text, ':');
        if (!fields[i]) return;
        *fields[i]++ = '\0';
    }
    struct fault_plan from_environment = {.folder = text, .kind = (enum fault_kind)*fields[0], .at = atol(fields[1]),
                                          .code = atoi(fields[2])};
    fault_calls_begin(&from_environment);
}

/* ---- The record ---- */

static void record_bytes(const void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        long wrote = syscall(SYS_write, plan.record, (const char *)bytes + done, length - done);
        if (wrote <= 0) abort();
        done += (size_t)wrote;
    }
}

static void record_entry(enum fault_deed deed, uint32_t file, uint64_t offset, uint64_t size, const void *bytes, size_t length)
{
    if (plan.record < 0) return;
    struct fault_entry entry = {(uint32_t)deed, file, offset, size, length};
    record_bytes(&entry, sizeof entry);
    record_bytes(bytes, length);
}

static void record_path(enum fault_deed deed, uint32_t file, const char *path)
{
    record_entry(deed, file, 0, 0, path, strlen(path));
}

void fault_calls_mark(uint32_t number)
{
    pthread_mutex_lock(&mutex);
    record_entry(FAULT_MARK, 0, number, 0, NULL, 0);
    pthread_mutex_unlock(&mutex);
}

/* ---- Which calls count ---- */

/* The path within the watched folder ("" for itself); NULL: elsewhere. */
static const char *within(const char *path)
{
    size_t length = strlen(folder);
    if (!length || strncmp(path, folder, length) != 0) return NULL;
    if (path[length] == '\0') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

static struct descriptor *watched(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS && folder[0] && descriptors[fd].is_watched ? &descriptors[fd] : NULL;
}

/*
 * Counts a call. Returns how many of the `size` bytes are to be written: all of them, or fewer. Below 0: it has failed, and errno
 * says how. `is_last` is set where the process is to be killed once they are written.
 */
static long fault_count(enum call_kind kind, size_t size, bool *is_last)
{
    long call = calls++;
    *is_last = false;
    if (plan.kind == FAULT_FULL && call >= plan.at && kind != CALL_OTHER) {
        errno = plan.code;
        return -1;
    }
    if (call != plan.at) return (long)size;
    if (plan.kind == FAULT_FAIL) {
        errno = plan.code;
        return -1;
    }
    if (plan.kind == FAULT_KILL || (plan.kind == FAULT_KILL_HALF && kind != CALL_WRITE)) raise(SIGKILL);
    if (kind != CALL_WRITE || (plan.kind != FAULT_KILL_HALF && plan.kind != FAULT_SHORT)) return (long)size;
    *is_last = plan.kind == FAULT_KILL_HALF;
    return (long)(size / 2);
}

/* ---- Writing ---- */

/* Into a watched file; offset below 0: where the descriptor stands. */
static ssize_t fault_write(int fd, const struct iovec *pieces, int piece_count, off_t offset)
{
    struct descriptor *descriptor = &descriptors[fd];
    size_t size = 0, given = 0;
    bool is_last;
    for (int i = 0; i < piece_count; i++) size += pieces[i].iov_len;
    pthread_mutex_lock(&mutex);
    long wanted = fault_count(CALL_WRITE, size, &is_last);
    off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
    /* A process dies between two sectors: within one, neither the kernel nor a disk stops. */
    if (is_last) wanted = at + wanted >= (at + SECTOR) / SECTOR * SECTOR ? (at + wanted) / SECTOR * SECTOR - at : 0;
    for (int i = 0; wanted >= 0 && i < piece_count && given < (size_t)wanted; i++) {
        size_t left = (size_t)wanted - given, length = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        off_t place = at + (off_t)given;
        for (size_t done = 0; done < length;) {
            long wrote = syscall(SYS_pwrite64, fd, (const char *)pieces[i].iov_base + done, length - done, place + (off_t)done);
            if (wrote <= 0) abort(); /* what the system itself refuses is not this test's */
            done += (size_t)wrote;
        }
        record_entry(FAULT_WRITE, descriptor->file, (uint64_t)place, 0, pieces[i].iov_base, length);
        given += length;
    }
    if (offset < 0 && wanted > 0) lseek(fd, at + (off_t)wanted, SEEK_SET);
    if (is_last) raise(SIGKILL);
    if (wanted > 0 && descriptor->syncs_itself) record_entry(FAULT_SYNC_RANGE, descriptor->file, (uint64_t)at, given, NULL, 0);
    pthread_mutex_unlock(&mutex);
    return wanted;
}

INTERPOSE ssize_t write(int fd, const void *bytes, size_t length)
{
    if (!watched(fd)) return syscall(SYS_write, fd, bytes, length);
    return fault_write(fd, &(struct iovec){(void *)(uintptr_t)bytes, length}, 1, -1);
}

INTERPOSE ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    if (!watched(fd)) return syscall(SYS_pwrite64, fd, bytes, length, offset);
    return fault_write(fd, &(struct iovec){(void *)(uintptr_t)bytes, length}, 1, offset);
}

INTERPOSE ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    return pwrite(fd, bytes, length, offset);
}

INTERPOSE ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return watched(fd) ? fault_write(fd, pieces, count, -1) : syscall(SYS_writev, fd, pieces, count);
}

INTERPOSE ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    return watched(fd) ? fault_write(fd, pieces, count, offset) : syscall(SYS_pwritev, fd, pieces, count, offset, 0L);
}

INTERPOSE ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset)
{
    return pwritev(fd, pieces, count, offset);
}

INTERPOSE int ftruncate(int fd, off_t length)
{
    struct stat about;
    bool is_last;
    struct descriptor *descriptor = watched(fd);
    if (!descriptor) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&mutex);
    bool grows = fstat(fd, &about) == 0 && about.st_size < length;
    int code = fault_count(grows ? CALL_TAKES_SPACE : CALL_OTHER, 0, &is_last) < 0 ? -1 : (int)syscall(SYS_ftruncate, fd, length);
    if (code == 0) record_entry(FAULT_RESIZE, descriptor->file, (uint64_t)length, 0, NULL, 0);
    pthread_mutex_unlock(&mutex);
    return code;
}

INTERPOSE int ftruncate64(int fd, off64_t length)
{
    return ftruncate(fd, length);
}

/* ---- Waiting for the disk ---- */

static int fault_sync(int fd, long number)
{
    bool is_last;
    struct descriptor *descriptor = watched(fd);
    if (!descriptor) return (int)syscall(number, fd);
    pthread_mutex_lock(&mutex);
    int code = fault_count(CALL_OTHER, 0, &is_last) < 0 ? -1 : plan.is_dry ? 0 : (int)syscall(number, fd);
    if (code == 0 && descriptor->is_folder) {
        char link[64], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = '\0';
        const char *name = within(path);
        if (name) record_path(FAULT_SYNC_FOLDER, 0, name);
    } else if (code == 0) {
        record_entry(FAULT_SYNC, descriptor->file, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

INTERPOSE int fsync(int fd)
{
    return fault_sync(fd, SYS_fsync);
}

INTERPOSE int fdatasync(int fd)
{
    return fault_sync(fd, SYS_fdatasync);
}

/* ---- Names ---- */

static uint32_t file_number(const char *name, bool is_new)
{
    for (uint32_t i = 0; !is_new && i < file_count; i++)
        if (strcmp(names[i], name) == 0) return i;
    if (file_count == FILES || strlen(name) >= NAME_MOST) abort();
    strcpy(names[file_count], name);
    return file_count++;
}

static int fault_open(int at, const char *path, int flags, mode_t mode)
{
    const char *name = path[0] == '/' ? within(path) : NULL;
    bool is_last;
    if (!name) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&mutex);
    bool makes = (flags & O_CREAT) && access(path, F_OK) != 0;
    int fd = -1;
    if (!(flags & O_CREAT) || fault_count(makes ? CALL_TAKES_SPACE : CALL_OTHER, 0, &is_last) >= 0)
        fd = (int)syscall(SYS_openat, at, path, plan.is_dry ? flags & ~O_SYNC : flags, mode);
    if (fd >= DESCRIPTORS) abort();
    if (fd >= 0) {
        struct descriptor descriptor = {.is_watched = true, .is_folder = flags & O_DIRECTORY, .syncs_itself = flags & O_DSYNC};
        if (plan.record >= 0 && !descriptor.is_folder) {
            descriptor.file = file_number(name, makes);
            if (makes) record_path(FAULT_MAKE, descriptor.file, name);
            if (flags & O_TRUNC) record_entry(FAULT_RESIZE, descriptor.file, 0, 0, NULL, 0);
        }
        descriptors[fd] = descriptor;
    }
    pthread_mutex_unlock(&mutex);
    return fd;
}

static mode_t mode_of(int flags, va_list rest)
{
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? (mode_t)va_arg(rest, int) : 0;
}

INTERPOSE int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fault_open(AT_FDCWD, path, flags, mode);
}

INTERPOSE int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fault_open(AT_FDCWD, path, flags, mode);
}

INTERPOSE int openat(int at, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fault_open(at, path, flags, mode);
}

INTERPOSE int close(int fd)
{
    if (fd >= 0 && fd < DESCRIPTORS && descriptors[fd].is_watched) descriptors[fd] = (struct descriptor){0};
    return (int)syscall(SYS_close, fd);
}

/* A call on a path: counted if the path is watched. */
static int fault_name(enum call_kind kind, const char *path, enum fault_deed deed, long number, int flags)
{
    const char *name = path[0] == '/' ? within(path) : NULL;
    bool is_last;
    if (!name) return (int)syscall(number, AT_FDCWD, path, flags);
    pthread_mutex_lock(&mutex);
    int code = fault_count(kind, 0, &is_last) < 0 ? -1 : (int)syscall(number, AT_FDCWD, path, flags);
    if (code == 0 && plan.record >= 0) {
        uint32_t file = deed == FAULT_REMOVE && !(flags & AT_REMOVEDIR) ? file_number(name, false) : 0;
        record_path(deed, file, name);
        if (deed == FAULT_REMOVE) names[file][0] = '\0';
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

INTERPOSE int unlink(const char *path)
{
    return fault_name(CALL_OTHER, path, FAULT_REMOVE, SYS_unlinkat, 0);
}

INTERPOSE int rmdir(const char *path)
{
    return fault_name(CALL_OTHER, path, FAULT_REMOVE, SYS_unlinkat, AT_REMOVEDIR);
}

INTERPOSE int mkdir(const char *path, mode_t mode)
{
    return fault_name(CALL_TAKES_SPACE, path, FAULT_MAKE_FOLDER, SYS_mkdirat, (int)mode);
}

/* Within one folder, over no other file. */
INTERPOSE int rename(const char *from, const char *to)
{
    const char *old = within(from), *new = within(to);
    bool is_last;
    if (!old || !new) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&mutex);
    int code = fault_count(CALL_TAKES_SPACE, 0, &is_last) < 0 ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (code == 0 && plan.record >= 0) {
        uint32_t file = file_number(old, false);
        record_path(FAULT_RENAME, file, new);
        if (strlen(new) >= NAME_MOST) abort();
        strcpy(names[file], new);
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

/* Nothing of an index is written through a map but LMDB's lock file; the day something is, the record would be wrong. */
INTERPOSE int msync(void *address, size_t length, int flags)
{
    if (folder[0] && plan.record >= 0) abort();
    return (int)syscall(SYS_msync, address, length, flags);
}

INTERPOSE void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    bool is_last;
    if (watched(fd)) {
        pthread_mutex_lock(&mutex);
        bool fails = fault_count(CALL_OTHER, 0, &is_last) < 0;
        pthread_mutex_unlock(&mutex);
        if (fails) return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

INTERPOSE void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    return mmap(address, length, protection, flags, fd, offset);
}
