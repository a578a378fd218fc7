/* backfile-index: makes and keeps indexes of articles. */
#include "index_command.h"

#include "cut_file.h"
#include "reader.h"
#include "standard_streams.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *summary;
} commands[] = {
    {"add", index_add, "add INDEX PATH...", "add articles, replacing those of the same id"},
    {"delete", index_delete, "delete INDEX ID...", "delete articles"},
    {"merge", index_merge, "merge INDEX", "merge segments and purge what was deleted"},
    {"compact", index_compact, "compact INDEX", "one segment, nothing deleted: as small as it gets as it is"},
    {"backup", index_backup, "backup INDEX DEST", "copy the last commit while others work, and check the copy"},
    {"stats", index_stats, "stats INDEX", "how much is in it, and where the bytes are"},
    {"check", index_check, "check INDEX", "read and recount everything, name what is wrong"},
    {"dump", index_dump, "dump INDEX", "print articles, terms or postings"},
};

static void print_help(FILE *out)
{
    fputs("usage: backfile-index COMMAND INDEX ...\n\n"
          "Makes and keeps indexes of articles. An index is a folder, by custom NAME.bf.\n\n",
          out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-20s %s\n", commands[i].usage, commands[i].summary);
    fputs("\n`backfile-index COMMAND --help` lists its options. Also: --help, --version.\n"
          "Exit codes: 0 all done, 1 some records refused or ids not there, 2 stopped by an error.\n",
          out);
}

/* What was printed may still wait in memory; a full disk is an error, whatever else was done. */
static int finish(int code)
{
    if (code == INDEX_STOPPED || (fflush(stdout) == 0 && !ferror(stdout))) return code;
    index_say("standard output: %s", strerror(errno));
    return INDEX_STOPPED;
}

/* Large pieces of memory are to go back to the system when they are freed. The C library of GNU keeps ever larger ones, up to
 * 32 MiB, for each thread: an eighth more than --memory says. */
static void return_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    return_memory();
    standard_streams_hold();
    cut_file_watch("backfile-index");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) return finish(commands[i].run(argc - 1, argv + 1));
    if (strcmp(name, "--version") == 0) {
        printf("backfile-index %s\n%s\n%s\n", bf_version(), bf_library_versions(), reader_library_versions());
        return finish(INDEX_DONE);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return finish(INDEX_DONE);
    }
    if (*name) index_say("there is no command %s", name);
    print_help(stderr);
    return INDEX_STOPPED;
}
