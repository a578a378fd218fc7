#include "file_copy.h"

#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { COPY_PIECE = 1 << 20 };

/* Through memory, where the system can't do it by itself: other file systems, old kernels. */
static bf_status copy_by_hand(int from, const char *path, uint64_t at, uint64_t length, int to, const char *to_path,
                              bf_error *error)
{
    char *piece = malloc(COPY_PIECE);
    bf_status status = piece ? BF_OK : fail_memory(error);
    while (status == BF_OK && at < length) {
        size_t want = length - at < COPY_PIECE ? (size_t)(length - at) : COPY_PIECE;
        ssize_t got = pread(from, piece, want, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) status = fail_system(error, errno, "%s", path);
        else if (got == 0) status = fail(error, BF_CORRUPT, "%s: shorter than it was", path);
        for (ssize_t done = 0; status == BF_OK && done < got;) {
            ssize_t put = pwrite(to, piece + done, (size_t)(got - done), (off_t)at + done);
            if (put < 0 && errno != EINTR) status = fail_system(error, errno, "%s", to_path);
            if (put > 0) done += put;
        }
        if (status == BF_OK) at += (uint64_t)got;
    }
    free(piece);
    return status;
}

static bf_status copy_bytes(int from, const char *path, uint64_t length, int to, const char *to_path, bf_error *error)
{
    for (uint64_t at = 0; at < length;) {
        off_t in = (off_t)at, out = (off_t)at;
        uint64_t want = length - at < ((uint64_t)1 << 30) ? length - at : (uint64_t)1 << 30;
        ssize_t got = copy_file_range(from, &in, to, &out, (size_t)want, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == ENOSPC || errno == EDQUOT)) return fail_system(error, errno, "%s", to_path);
        if (got <= 0) return copy_by_hand(from, path, at, length, to, to_path, error);
        at += (uint64_t)got;
    }
    return BF_OK;
}

bf_status file_copy(int fd, const char *path, uint64_t length, const char *to_path, bool sync, bf_error *error)
{
    int to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (to < 0) return fail_system(error, errno, "%s", to_path);
    bf_status status = copy_bytes(fd, path, length, to, to_path, error);
    if (status == BF_OK && sync && fdatasync(to) != 0) status = fail_system(error, errno, "%s: can't sync", to_path);
    if (close(to) != 0 && status == BF_OK) status = fail_system(error, errno, "%s", to_path);
    if (status != BF_OK) unlink(to_path);
    return status;
}

bf_status folder_sync(const char *path, bf_error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return fail_system(error, errno, "%s", path);
    bf_status status = fsync(folder) == 0 ? BF_OK : fail_system(error, errno, "%s: can't sync", path);
    close(folder);
    return status;
}
