#include "refused_memory.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static atomic_long allocations;
static long refused_at = -1;

void refused_memory_begin(long at)
{
    atomic_store(&allocations, 0);
    refused_at = at;
}

long refused_memory_count(void)
{
    return atomic_load(&allocations);
}

__attribute__((constructor)) static void refused_memory_read_environment(void)
{
    const char *given = getenv("BACKFILE_REFUSE");
    if (given) refused_memory_begin(atol(given));
}

static bool is_refused(void)
{
    if (refused_at < 0 || atomic_fetch_add(&allocations, 1) != refused_at) return false;
    const char *report = getenv("BACKFILE_REFUSED");
    int fd = report ? open(report, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd >= 0) close(fd);
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return is_refused() ? NULL : __real_strdup(text);
}
