#include "cut_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { CUT_FILE_ENDS = 2, CUT_FILE_LINE = 8192 };

static const char *watching_program; /* a signal handler can reach nothing else */

/* A line of /proc/self/maps, "from-to rwxp offset device inode   path": its path, if the address is within. */
static const char *cut_file_path(const char *line, uintptr_t address)
{
    uintptr_t bounds[2] = {0};
    for (int i = 0; i < 2; i++, line++) {
        for (; *line && *line != '-' && *line != ' '; line++) {
            int digit = *line >= 'a' ? *line - 'a' + 10 : *line - '0';
            bounds[i] = bounds[i] << 4 | (uintptr_t)(digit & 15);
        }
        if (!*line) return NULL;
    }
    return address >= bounds[0] && address < bounds[1] ? strchr(line, '/') : NULL;
}

/* Only what signal-safety(7) allows: no stdio, no memory. False: not found, or this system has no such list. */
static bool cut_file_find(uintptr_t address, char path[CUT_FILE_LINE])
{
    static char line[CUT_FILE_LINE]; /* handlers may run on small stacks; this one runs once */
    char bytes[512];
    size_t length = 0;
    bool found = false;
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0) return false;
    for (ssize_t got; !found && (got = read(maps, bytes, sizeof bytes)) > 0;)
        for (ssize_t i = 0; !found && i < got; i++) {
            if (bytes[i] != '\n') {
                if (length + 1 < sizeof line) line[length++] = bytes[i];
                continue;
            }
            line[length] = '\0';
            length = 0;
            const char *name = cut_file_path(line, address);
            found = name != NULL;
            if (found) memcpy(path, name, strlen(name) + 1);
        }
    close(maps);
    return found;
}

static void cut_file_say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return; /* nobody is left to be told */
}

static void cut_file_end(int number, siginfo_t *about, void *context)
{
    static char path[CUT_FILE_LINE];
    (void)number, (void)context;
    cut_file_say(watching_program);
    cut_file_say(": ");
    cut_file_say(cut_file_find((uintptr_t)about->si_addr, path) ? path : "a file of the index");
    cut_file_say(": could not be read where it is mapped: it was cut short while it was in use, or its disk failed\n");
    _exit(CUT_FILE_ENDS);
}

void cut_file_watch(const char *program)
{
    /* SA_RESETHAND: a second one, from within the handler, ends the program as it would have. */
    struct sigaction action = {.sa_sigaction = cut_file_end, .sa_flags = SA_SIGINFO | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    watching_program = program;
    sigaction(SIGBUS, &action, NULL);
}
