/* The commands of backfile-index. Each takes what stands after the program's name (argv[0] is the command) and returns the exit
 * code. */
#ifndef CLI_INDEX_COMMAND_H
#define CLI_INDEX_COMMAND_H

#include "backfile.h"

enum {
    INDEX_DONE = 0,    /* everything asked for was done */
    INDEX_PARTLY = 1,  /* done, but for some records refused or ids not there */
    INDEX_STOPPED = 2, /* stopped by an error, or damage found */
};

int index_add(int argc, char **argv);
int index_delete(int argc, char **argv);
int index_merge(int argc, char **argv);
int index_compact(int argc, char **argv);
int index_backup(int argc, char **argv);
int index_stats(int argc, char **argv);
int index_check(int argc, char **argv);
int index_dump(int argc, char **argv);

/* What is in an index now, without its dates and its analyzer. */
bf_status index_counts(const char *path, bf_stats *stats, bf_error *error);

/* One line on standard error after the program's name, made harmless for a terminal: names in an archive may hold anything. */
void index_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says the error; returns INDEX_STOPPED. `misused` is for a command line that is wrong, and points to --help. */
int index_stopped(const bf_error *error);
int index_misused(const char *command, const bf_error *error);

#endif
