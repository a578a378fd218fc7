/* backfile-index delete: takes articles out by their ids, all in one commit. */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct deletion {
    bf_writer *writer;
    uint64_t deleted, missing;
};

static bf_status delete_one(struct deletion *deletion, bf_text id, bf_error *error)
{
    bf_status status = bf_writer_delete(deletion->writer, id, error);
    if (status == BF_NOT_FOUND) {
        deletion->missing++;
        index_say("there is no article %.*s", (int)id.length, id.bytes);
        return BF_OK;
    }
    if (status == BF_OK) deletion->deleted++;
    return status;
}

static bf_status delete_lines(struct deletion *deletion, FILE *in, bf_error *error)
{
    bf_status status = BF_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t got;
    while (status == BF_OK && (got = getline(&line, &room, in)) > 0) {
        size_t length = (size_t)got;
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
        if (length > INT_MAX) status = fail(error, BF_BAD_ARGUMENT, "standard input: a line of %zu bytes is no id", length);
        else if (length > 0) status = delete_one(deletion, (bf_text){line, length}, error);
    }
    if (status == BF_OK && ferror(in)) status = fail_system(error, errno, "standard input");
    free(line);
    return status;
}

int index_delete(int argc, char **argv)
{
    struct deletion deletion = {0};
    bf_writer_options writing = {.must_exist = true};
    bool quiet = false, help = false;
    const struct option_spec specs[] = {
        {0, "wait", OPTION_FLAG, &writing.wait, NULL, "wait for another writer to end"},
        {0, "no-sync", OPTION_FLAG, &writing.no_sync, NULL, "don't wait for the disk: a power cut may lose the commit"},
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "no summary"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("delete", &error);
    if (help) {
        puts("usage: backfile-index delete INDEX ID...\n\n"
             "Deletes articles; with - as an ID, those whose ids are lines of standard input. All is committed at once.\n");
        options_help(specs, stdout);
        puts("\nExit codes: 0 all deleted, 1 some were not there, 2 stopped by an error: nothing deleted, or it says what.");
        return INDEX_DONE;
    }
    if (argc < 3) {
        fail(&error, BF_BAD_ARGUMENT, "wants an index and ids");
        return index_misused("delete", &error);
    }
    bf_status status = bf_writer_open(argv[1], &writing, &deletion.writer, &error);
    if (status != BF_OK) return index_stopped(&error);
    for (int i = 2; i < argc && status == BF_OK; i++) {
        if (strcmp(argv[i], "-") == 0) status = delete_lines(&deletion, stdin, &error);
        else status = delete_one(&deletion, (bf_text){argv[i], strlen(argv[i])}, &error);
    }
    char count[READABLE_SIZE];
    const uint64_t before = bf_writer_generation(deletion.writer);
    if (status == BF_OK) status = bf_writer_commit(deletion.writer, &error);
    const bool stands = deletion.deleted && bf_writer_generation(deletion.writer) != before;
    bf_writer_close(deletion.writer);
    if (status != BF_OK) {
        if (stands) fail_within(&error, status, "%s deleted for good", readable_count(deletion.deleted, count));
        else fail_within(&error, status, "nothing was deleted");
        return index_stopped(&error);
    }
    if (!quiet) {
        printf("%s article%s deleted\n", readable_count(deletion.deleted, count), deletion.deleted == 1 ? "" : "s");
    }
    return deletion.missing > 0 ? INDEX_PARTLY : INDEX_DONE;
}
