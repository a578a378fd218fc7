#include "writer_lock.h"

#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static void writer_lock_sign(int lock)
{
    char host[256] = "", since[64], text[512];
    time_t now = time(NULL);
    struct tm parts;
    gethostname(host, sizeof host - 1);
    strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    int length = snprintf(text, sizeof text, "process %ld on %s since %s\n", (long)getpid(), host, since);
    /* Only for the message a second writer gets: a failure here must not stop the first. */
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)length, 0) < 0) return;
}

bf_status writer_lock_take(const char *index_path, bool wait, int *result, bf_error *error)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/writer.lock", index_path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) return fail_system(error, errno, "%s", path);
    int code;
    do code = flock(lock, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (code != 0 && errno == EINTR);
    if (code != 0) {
        bf_status status = BF_BUSY;
        if (errno == EWOULDBLOCK) {
            char holder[256] = "";
            if (pread(lock, holder, sizeof holder - 1, 0) > 0) holder[strcspn(holder, "\n")] = '\0';
            fail(error, BF_BUSY, "%s: another writer is at work: %s", index_path, *holder ? holder : "an unnamed process");
        } else {
            status = fail_system(error, errno, "%s", path);
        }
        close(lock);
        return status;
    }
    writer_lock_sign(lock);
    *result = lock;
    return BF_OK;
}

void writer_lock_release(int lock)
{
    if (lock < 0) return;
    close(lock); /* the holder's name stays in the file; nobody is told of it while the lock is free */
}
