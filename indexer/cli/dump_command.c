/*
 * backfile-index dump: articles as JSON lines that `add` takes in again; or terms; or one term's postings. Terms and ids in
 * tab-separated lines have their control characters and backslashes escaped, so that each line stays one.
 */
#include "index_command.h"

#include "article_json.h"
#include "option.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct dump {
    struct buffer line;
    uint64_t count;
};

static bf_status dump_line(struct dump *dump)
{
    buffer_append_u8(&dump->line, '\n');
    if (dump->line.failed) return BF_NO_MEMORY;
    dump->count++;
    const bool written = fwrite(dump->line.bytes, 1, dump->line.length, stdout) == dump->line.length;
    buffer_clear(&dump->line);
    return written ? BF_OK : BF_IO;
}

static bf_status dump_article(void *context, const bf_article *article)
{
    struct dump *dump = context;
    json_append_article(&dump->line, article);
    return dump_line(dump);
}

static void append_escaped(struct buffer *out, bf_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        const uint8_t byte = (uint8_t)text.bytes[i];
        if (byte == '\t') buffer_append_string(out, "\\t");
        else if (byte == '\n') buffer_append_string(out, "\\n");
        else if (byte == '\\') buffer_append_string(out, "\\\\");
        else if (byte < 0x20 || byte == 0x7F) buffer_append_format(out, "\\x%02x", byte);
        else buffer_append_u8(out, byte);
    }
}

static bf_status dump_term(void *context, bf_text term, uint64_t df, uint64_t cf)
{
    struct dump *dump = context;
    append_escaped(&dump->line, term);
    buffer_append_format(&dump->line, "\t%" PRIu64 "\t%" PRIu64, df, cf);
    return dump_line(dump);
}

static bf_status dump_posting(void *context, bf_text id, uint32_t tf, const uint32_t *positions)
{
    struct dump *dump = context;
    append_escaped(&dump->line, id);
    buffer_append_format(&dump->line, "\t%" PRIu32 "\t", tf);
    for (uint32_t i = 0; positions && i < tf; i++) buffer_append_format(&dump->line, i ? " %" PRIu32 : "%" PRIu32, positions[i]);
    return dump_line(dump);
}

/* A callback stops a walk with a status and no words: the words for the two it uses. */
static bf_status explain(bf_status status, int errnum, bf_error *error)
{
    if (status == BF_NO_MEMORY && !error->message[0]) return fail_memory(error);
    if (status == BF_IO && !error->message[0]) return fail_system(error, errnum ? errnum : EIO, "standard output");
    return status;
}

int index_dump(int argc, char **argv)
{
    const char *postings = NULL, *field = NULL;
    bool terms = false, help = false;
    const struct option_spec specs[] = {
        {0, "terms", OPTION_FLAG, &terms, NULL, "every term: term, document frequency, collection frequency"},
        {0, "postings", OPTION_STRING, &postings, "TERM", "a term's postings: id, frequency, positions; TERM as it is stored"},
        {0, "field", OPTION_STRING, &field, "F", "of terms and postings: text (default: title and body), section, ..."},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    struct dump dump = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("dump", &error);
    if (help) {
        puts("usage: backfile-index dump INDEX [--terms | --postings TERM]\n\n"
             "Prints every article as a JSON line that `backfile-index add` takes in again; or terms; or one term's postings,\n"
             "with tabs between.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 2 || (terms && postings) || (field && !terms && !postings)) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index, and --terms or --postings at most; --field goes with these");
        return index_misused("dump", &error);
    }
    bf_status status = bf_searcher_open(argv[1], &searcher, &error);
    if (status != BF_OK) return index_stopped(&error);
    error.message[0] = '\0';
    errno = 0;
    if (terms) status = bf_searcher_each_term(searcher, field, dump_term, &dump, &error);
    else if (postings)
        status = bf_searcher_each_posting(searcher, field, (bf_text){postings, strlen(postings)}, dump_posting, &dump, &error);
    else status = bf_searcher_each_article(searcher, dump_article, &dump, &error);
    if (status == BF_OK && fflush(stdout) != 0) status = BF_IO;
    explain(status, errno, &error);
    buffer_free(&dump.line);
    bf_searcher_close(searcher);
    if (postings && (status == BF_NOT_FOUND || (status == BF_OK && dump.count == 0))) {
        index_say("no article holds the term %s", postings);
        return INDEX_PARTLY;
    }
    return status == BF_OK ? INDEX_DONE : index_stopped(&error);
}
