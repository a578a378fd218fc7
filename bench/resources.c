#include "resources.h"

#include "status.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { WATCH_MS = 20 };

uint64_t resources_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static struct resources resources_from(const struct rusage *usage, uint64_t since_ns)
{
    return (struct resources){
        .seconds = (double)(resources_now_ns() - since_ns) * 1e-9,
        .cpu_seconds = seconds_of(usage->ru_utime) + seconds_of(usage->ru_stime),
        .peak_rss = (uint64_t)usage->ru_maxrss * 1024, /* Linux counts it in KiB */
    };
}

void resources_add(struct resources *all, const struct resources *more)
{
    all->seconds += more->seconds;
    all->cpu_seconds += more->cpu_seconds;
    all->written += more->written;
    if (more->peak_rss > all->peak_rss) all->peak_rss = more->peak_rss;
    if (more->peak_anonymous > all->peak_anonymous) all->peak_anonymous = more->peak_anonymous;
}

struct resources resources_of_self(uint64_t since_ns)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return resources_from(&usage, since_ns);
}

/* The program of that name in the folder of this one, or the bare name for a search of PATH. */
static void sibling_program(const char *name, char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length > 0) {
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        size_t room = slash ? PATH_MAX - (size_t)(slash + 1 - path) : 0;
        if (slash && strlen(name) < room) {
            strcpy(slash + 1, name);
            if (access(path, X_OK) == 0) return;
        }
    }
    snprintf(path, PATH_MAX, "%s", name);
}

/* The number after `name` in a file of /proc/PID; 0: it isn't there. */
static uint64_t process_number(pid_t process, const char *file, const char *name)
{
    char path[64], line[256];
    uint64_t number = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, file);
    FILE *in = fopen(path, "r");
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, name, strlen(name)) == 0) number = strtoull(line + strlen(name), NULL, 10);
    if (in) fclose(in);
    return number;
}

/* Reads all that the program prints, and looks at its memory meanwhile; then waits for its end, but leaves it to be reaped. */
static void program_watch(pid_t program, int out, struct buffer *output, struct resources *watched)
{
    struct pollfd wanted = {.fd = out, .events = POLLIN};
    for (;;) {
        uint64_t anonymous = process_number(program, "status", "RssAnon:") * 1024;
        if (anonymous > watched->peak_anonymous) watched->peak_anonymous = anonymous;
        int ready = poll(&wanted, 1, WATCH_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        uint8_t *place = buffer_reserve(output, 4096);
        ssize_t got = place ? read(out, place, 4096) : 0;
        if (got > 0) output->length += (size_t)got;
        else if (got == 0 || errno != EINTR) break;
    }
    siginfo_t about;
    while (waitid(P_PID, (id_t)program, &about, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
    watched->written = process_number(program, "io", "write_bytes:");
}

bf_status resources_of_index(const char *const *arguments, struct buffer *output, struct resources *resources, bf_error *error)
{
    bf_status status = BF_OK;
    char program[PATH_MAX];
    char **argv = NULL;
    int pipe_ends[2] = {-1, -1};
    bool has_actions = false;
    posix_spawn_file_actions_t actions;
    size_t count = 0;
    while (arguments[count]) count++;
    sibling_program("backfile-index", program);

    argv = calloc(count + 2, sizeof *argv);
    if (!argv) {
        status = fail_memory(error);
        goto done;
    }
    argv[0] = program;
    for (size_t i = 0; i < count; i++) argv[i + 1] = (char *)(uintptr_t)arguments[i]; /* exec promises not to change them */
    if (pipe(pipe_ends) != 0) {
        status = fail_system(error, errno, "a pipe");
        goto done;
    }
    posix_spawn_file_actions_init(&actions);
    has_actions = true;
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);

    const uint64_t start = resources_now_ns();
    pid_t child;
    int failure = posix_spawnp(&child, program, &actions, NULL, argv, environ);
    if (failure != 0) {
        status = fail_system(error, failure, "%s", program);
        goto done;
    }
    close(pipe_ends[1]);
    pipe_ends[1] = -1;
    struct resources watched = {0};
    program_watch(child, pipe_ends[0], output, &watched);
    close(pipe_ends[0]);
    pipe_ends[0] = -1;
    int end;
    struct rusage usage;
    while (wait4(child, &end, 0, &usage) < 0) {
        if (errno == EINTR) continue;
        status = fail_system(error, errno, "waiting for %s", program);
        goto done;
    }
    *resources = resources_from(&usage, start);
    resources->peak_anonymous = watched.peak_anonymous;
    resources->written = watched.written;
    if (output->failed) status = fail_memory(error);
    else if (WIFSIGNALED(end)) status = fail(error, BF_IO, "%s was ended by signal %d", program, WTERMSIG(end));
    else if (WEXITSTATUS(end) > 1) status = fail(error, BF_IO, "%s ended with %d", program, WEXITSTATUS(end));
done:
    if (has_actions) posix_spawn_file_actions_destroy(&actions);
    if (pipe_ends[0] >= 0) close(pipe_ends[0]);
    if (pipe_ends[1] >= 0) close(pipe_ends[1]);
    free(argv);
    return status;
}
