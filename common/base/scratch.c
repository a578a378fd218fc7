#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char prefix[] = "scratch-";

int scratch_open(const struct scratch *scratch)
{
    char path[PATH_MAX];
    int file = open(scratch->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) return file;
    /* A file system that knows no nameless files: the name is there for a moment only. */
    if (snprintf(path, sizeof path, "%s/%sXXXXXX", scratch->folder, prefix) >= (int)sizeof path) return -1;
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0) unlink(path);
    return file;
}

bool scratch_is_left(const char *name)
{
    return strncmp(name, prefix, sizeof prefix - 1) == 0 && strlen(name) == sizeof prefix - 1 + 6;
}

uint8_t *scratch_grow(int file, uint8_t *bytes, size_t size, size_t room)
{
    int refused;
    do refused = posix_fallocate(file, (off_t)size, (off_t)(room - size));
    while (refused == EINTR);
    if (refused) return NULL;
    void *place = bytes ? mremap(bytes, size, room, MREMAP_MAYMOVE)
                        : mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return place == MAP_FAILED ? NULL : place;
}

void scratch_close(int file, uint8_t *bytes, size_t size)
{
    if (bytes) munmap(bytes, size);
    close(file);
}
