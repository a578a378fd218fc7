#include "progress.h"

#include "readable.h"

#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_SECONDS 0.2

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Bytes of the regular files under all paths; 0 when any of them has no size to know beforehand. */
static uint64_t bytes_under(char *const *paths, int path_count)
{
    uint64_t bytes = 0;
    for (int i = 0; i < path_count; i++) {
        char *const roots[] = {paths[i], NULL};
        if (strcmp(paths[i], "-") == 0) return 0;
        FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
        if (!walk) return 0;
        for (const FTSENT *entry; (entry = fts_read(walk));)
            if (entry->fts_info == FTS_F && S_ISREG(entry->fts_statp->st_mode)) bytes += (uint64_t)entry->fts_statp->st_size;
        fts_close(walk);
    }
    return bytes;
}

void progress_begin(struct progress *progress, bool quiet, char *const *paths, int path_count)
{
    *progress = (struct progress){.wanted = !quiet && isatty(STDERR_FILENO), .began = now()};
    if (progress->wanted) progress->source_total = bytes_under(paths, path_count);
}

double progress_seconds(const struct progress *progress)
{
    return now() - progress->began;
}

/* Memory this process holds at the moment; 0 where the system doesn't say. */
static uint64_t resident_bytes(void)
{
    unsigned long long all = 0, resident = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (!in) return 0;
    if (fscanf(in, "%llu %llu", &all, &resident) != 2) resident = 0;
    fclose(in);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void draw(struct progress *progress, const char *line)
{
    struct winsize window;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1 ? window.ws_col - 1 : 79;
    /* Return to the line's beginning, write, erase what was there before (ECMA-48 EL). The line is all ASCII. */
    fprintf(stderr, "\r%.*s\033[K", columns, line);
    fflush(stderr);
    progress->drawn = true;
    progress->drew = now();
}

void progress_update(struct progress *progress, uint64_t articles, uint64_t read, uint64_t source)
{
    if (!progress->wanted || now() - progress->drew < REDRAW_SECONDS) return;
    char count[READABLE_SIZE], bytes[READABLE_SIZE], memory[READABLE_SIZE], left[READABLE_SIZE], line[256];
    const double seconds = progress_seconds(progress);
    int length = snprintf(line, sizeof line, "%s article%s, %s, %.1f MB/s, %s in memory", readable_count(articles, count),
                          articles == 1 ? "" : "s", readable_bytes(read, bytes),
                          (double)read / 1e6 / (seconds > 0 ? seconds : 1), readable_bytes(resident_bytes(), memory));
    /* The first second says nothing yet about the rest. */
    if (progress->source_total > source && source > 0 && seconds > 1)
        snprintf(line + length, sizeof line - (size_t)length, ", %s left",
                 readable_seconds(seconds / (double)source * (double)(progress->source_total - source), left));
    draw(progress, line);
}

void progress_say(struct progress *progress, const char *doing)
{
    if (progress->wanted) draw(progress, doing);
}

void progress_clear(struct progress *progress)
{
    if (!progress->drawn) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
