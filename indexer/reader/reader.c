#include "reader.h"

#include "container.h"
#include "folder.h"
#include "reading.h"
#include "sniff.h"
#include "source_path.h"
#include "status.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 2 }; /* containers inside each other: an archive, and an archive or a compressed file in it */

bool article_form_parse(const char *name, enum article_form *form)
{
    static const struct { const char *name; enum article_form form; } forms[] = {
        {"wire", FORM_WIRE}, {"text", FORM_TEXT}, {"json", FORM_JSON}, {"sgml", FORM_SGML}, {"trec", FORM_TREC},
    };
    *form = FORM_SNIFF;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(name, forms[i].name) == 0) *form = forms[i].form;
    return *form != FORM_SNIFF;
}

const char *reader_library_versions(void)
{
    return "libarchive " ARCHIVE_VERSION_ONLY_STRING ", jansson " JANSSON_VERSION;
}

/* Refuses a file as a whole. */
static void refuse_file(struct reading *reading, const char *path, uint64_t byte, const char *rule)
{
    struct record_place place = {.path = path, .byte = byte};
    reading_refuse(reading, &place, (bf_text){0}, rule);
}

/* ---- Texts ---- */

static bf_status read_form(struct reading *reading, struct text_stream *stream, enum article_form form, const char *path,
                           bf_error *error)
{
    switch (form) {
    case FORM_JSON: return json_read(reading, stream, path, error);
    case FORM_SGML:
    case FORM_TREC: return sgml_read(reading, stream, form, path, error);
    default: return text_read(reading, stream, form, path, error);
    }
}

/* Bytes that are no container's: text in some form and some encoding. */
static bf_status read_text(struct reading *reading, struct byte_source *source, const char *path, bf_error *error)
{
    struct text_stream stream;
    struct sniffed sniffed = {.form = reading->options->form};
    bf_status status = text_stream_open(&stream, source, reading->options->encoding, reading->counts, error);
    if (status == BF_OK) status = text_stream_want(&stream, SNIFF_LOOK, error);
    if (status != BF_OK) goto cleanup;
    count_add(&reading->counts->files, 1);
    bf_text window = text_stream_window(&stream);
    if (window.length == 0 && !stream.broken) {
        reading_skip(reading, path, "empty");
        goto cleanup;
    }
    if (sniffed.form == FORM_SNIFF && window.length) sniff(window, &sniffed);
    if (sniffed.form != FORM_SNIFF) {
        status = read_form(reading, &stream, sniffed.form, path, error);
    } else if (sniffed.skip) {
        reading_skip(reading, path, sniffed.why);
    } else if (window.length) {
        refuse_file(reading, path, sniffed.byte, sniffed.why);
    }
    if (status == BF_OK && stream.broken && !stream.reported) {
        bf_error rule;
        fail(&rule, BF_REFUSED, "cut short: %s", stream.reason.message);
        refuse_file(reading, path, stream.offset, rule.message);
    }
cleanup:
    text_stream_close(&stream);
    return status;
}

/* ---- Containers ---- */

static bf_status read_source(struct reading *reading, struct byte_source *source, const char *path, int depth, bf_error *error);

static bf_status read_member(struct reading *reading, const struct container_member *member, const char *path, int depth,
                             bf_error *error)
{
    struct buffer full = {0};
    bf_status status = BF_OK;
    const char *member_path = path;
    if (member->name) {
        buffer_append_format(&full, member->name[0] == '/' ? "%s%s" : "%s/%s", path, member->name);
        member_path = buffer_string(&full);
    }
    if (!member_path) {
        status = fail_memory(error);
    } else if (member->not_read) {
        reading_skip(reading, member_path, member->not_read);
    } else if (member->name && source_path_hidden(member->name)) {
        reading_skip(reading, member_path, "its name begins with a dot");
    } else {
        status = read_source(reading, member->bytes, member_path, depth + 1, error);
    }
    buffer_free(&full);
    return status;
}

static bf_status read_container(struct reading *reading, struct byte_source *source, const char *kind, const char *path,
                                int depth, bf_error *error)
{
    struct container *container = NULL;
    struct container_member member;
    bf_error reason = {0}, rule;
    uint64_t members = 0;
    bf_status status = container_open(source, &container, &reason);
    while (status == BF_OK) {
        status = container_next(container, &member, &reason);
        if (status != BF_OK) break;
        members++;
        status = read_member(reading, &member, path, depth, &reason);
    }
    if (status == BF_END) {
        if (members == 0) reading_skip(reading, path, "empty");
        status = BF_OK;
    } else if (status == BF_CORRUPT) {
        if (members == 0) {
            fail(&rule, BF_REFUSED, "%s: %s", kind, reason.message);
        } else {
            fail(&rule, BF_REFUSED, "%s, after %llu member%s: %s", kind, (unsigned long long)members, members == 1 ? "" : "s",
                 reason.message);
        }
        refuse_file(reading, path, 0, rule.message);
        status = BF_OK;
    } else if (status != BF_OK && error) {
        *error = reason;
    }
    container_close(container);
    return status;
}

static bf_status read_source(struct reading *reading, struct byte_source *source, const char *path, int depth, bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    bf_status status = byte_source_peek(source, CONTAINER_LOOK, &bytes, &length, error);
    if (status != BF_OK) return status;
    if (length == 0) {
        if (source->ended == BF_CORRUPT) {
            refuse_file(reading, path, 0, source->end.message);
        } else {
            reading_skip(reading, path, "empty");
        }
        return BF_OK;
    }
    const char *kind = container_kind(bytes, length);
    if (!kind) return read_text(reading, source, path, error);
    if (depth < DEPTH_MAX) return read_container(reading, source, kind, path, depth, error);
    bf_error rule;
    fail(&rule, BF_REFUSED, "%s inside an archive that stands in an archive itself: too deep", kind);
    refuse_file(reading, path, 0, rule.message);
    return BF_OK;
}

/* ---- Files ---- */

/* An open file, under the path it is shown by. */
static bf_status read_file(struct reading *reading, int fd, const char *path, uint64_t size, bf_error *error)
{
    struct file_source file;
    struct buffer shown = {0};
    uint64_t before = reading->counts->source_bytes;
    bf_status status = file_source_open(&file, fd, reading->counts, error);
    if (status != BF_OK) return status;
    source_path_append(&shown, path);
    const char *shown_path = buffer_string(&shown);
    status = shown_path ? read_source(reading, &file.source, shown_path, 0, error) : fail_memory(error);
    /* A file that was left early is done with all the same, and one that was read twice, as a zip's directory is, counts once. */
    if (size) __atomic_store_n(&reading->counts->source_bytes, before + size, __ATOMIC_RELAXED);
    buffer_free(&shown);
    file_source_close(&file);
    return status;
}

static void visit_refused(void *context, const char *path, const char *rule)
{
    struct buffer shown = {0};
    source_path_append(&shown, path);
    const char *shown_path = buffer_string(&shown);
    refuse_file(context, shown_path ? shown_path : path, 0, rule);
    buffer_free(&shown);
}

static void visit_skipped(void *context, const char *path, const char *why)
{
    struct buffer shown = {0};
    source_path_append(&shown, path);
    const char *shown_path = buffer_string(&shown);
    reading_skip(context, shown_path ? shown_path : path, why);
    buffer_free(&shown);
}

static bf_status visit_file(void *context, const char *path, const struct stat *about, bf_error *error)
{
    struct reading *reading = context;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        bf_error rule;
        fail(&rule, BF_REFUSED, "can't be read: %s", strerror(errno));
        visit_refused(reading, path, rule.message);
        return BF_OK;
    }
    bf_status status = read_file(reading, fd, path, (uint64_t)about->st_size, error);
    close(fd);
    return status;
}

static bf_status measure_file(void *context, const char *path, const struct stat *about, bf_error *error)
{
    (void)path;
    (void)error;
    *(uint64_t *)context += (uint64_t)about->st_size;
    return BF_OK;
}

static bf_status read_path(struct reading *reading, const char *path, bf_error *error)
{
    struct stat about;
    if (strcmp(path, "-") == 0) {
        bool regular = fstat(STDIN_FILENO, &about) == 0 && S_ISREG(about.st_mode);
        if (regular) count_add(&reading->counts->source_total, (uint64_t)about.st_size);
        return read_file(reading, STDIN_FILENO, "stdin", regular ? (uint64_t)about.st_size : 0, error);
    }
    if (stat(path, &about) != 0) return fail_system(error, errno, "%s", path);
    if (S_ISDIR(about.st_mode)) {
        uint64_t total = 0;
        const struct folder_visitor measure = {.context = &total, .file = measure_file};
        const struct folder_visitor visit = {reading, visit_file, visit_refused, visit_skipped};
        bf_status status = folder_walk(path, &measure, error);
        if (status != BF_OK) return status;
        count_add(&reading->counts->source_total, total);
        return folder_walk(path, &visit, error);
    }
    uint64_t size = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return fail_system(error, errno, "%s", path);
    count_add(&reading->counts->source_total, size);
    bf_status status = read_file(reading, fd, path, size, error);
    close(fd);
    return status;
}

/* Makes one call ready. */
static bf_status reading_begin(struct reading *reading, const struct reader_options *options, const struct reader_sink *sink,
                               struct reader_counts *counts, size_t article_max, size_t record_max, bf_error *error)
{
    static const struct reader_options defaults = {0};
    *reading = (struct reading){
        .options = options ? options : &defaults,
        .sink = sink,
        .counts = counts,
        .article_max = article_max,
        .record_max = record_max,
    };
    return member_map_parse(reading->options->map, &reading->map, error);
}

static void reading_end(struct reading *reading)
{
    draft_free(&reading->draft);
    member_map_free(&reading->map);
}

bf_status read_articles_source(struct byte_source *source, const char *path, const struct reader_options *options,
                               const struct reader_sink *sink, struct reader_counts *counts, size_t article_max,
                               size_t record_max, bf_error *error)
{
    struct reader_counts own = {0};
    struct reading reading;
    bf_status status = reading_begin(&reading, options, sink, counts ? counts : &own, article_max, record_max, error);
    if (status == BF_OK) status = read_source(&reading, source, path, 0, error);
    reading_end(&reading);
    return status;
}

bf_status read_articles_limited(const char *path, const struct reader_options *options, const struct reader_sink *sink,
                                struct reader_counts *counts, size_t article_max, size_t record_max, bf_error *error)
{
    struct reader_counts own = {0};
    struct reading reading;
    bf_status status = reading_begin(&reading, options, sink, counts ? counts : &own, article_max, record_max, error);
    if (status == BF_OK) status = read_path(&reading, path, error);
    reading_end(&reading);
    return status;
}

bf_status read_articles(const char *path, const struct reader_options *options, const struct reader_sink *sink,
                        struct reader_counts *counts, bf_error *error)
{
    /* A record may be longer than its article: in JSON a character of three bytes can be written as an escape of six. */
    return read_articles_limited(path, options, sink, counts, BF_ARTICLE_MAX, 3 * BF_ARTICLE_MAX, error);
}
