/* The public writer: opening, adding, deleting. How articles become segments is in writer_build.c, what is
 * done at a commit in writer_commit.c. */
#include "writer_state.h"

#include "article_rules.h"
#include "status.h"
#include "writer_lock.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MEMORY_DEFAULT = 512 << 20,
    MEMORY_LEAST = 8 << 20,
};
#define MEMORY_MOST (UINT64_C(3) << 30) /* an inverter's pool is addressed with 32 bits */

static bf_status writer_open_analyzer(struct bf_writer *writer, const bf_writer_options *options, bf_error *error)
{
    bf_status status;
    if (!writer->snapshot) {
        status = analyzer_new(options->language ? options->language : "english",
                              options->analysis ? options->analysis : "standard", &writer->analyzer, error);
        if (status == BF_OK)
            strncpy(writer->head.analyzer, analyzer_identity(writer->analyzer), sizeof writer->head.analyzer - 1);
        return status;
    }
    status = analyzer_from_identity(writer->head.analyzer, &writer->analyzer, error);
    if (status != BF_OK) return fail_within(error, status, "%s", writer->path);
    if (!options->language && !options->analysis) return BF_OK;

    /* Asking for what the index has is fine; for anything else it is too late. */
    struct analyzer *asked;
    bool is_plain = strncmp(writer->head.analyzer, "plain", 5) == 0;
    status = analyzer_new(options->language ? options->language : analyzer_language(writer->analyzer),
                          options->analysis ? options->analysis : is_plain ? "plain" : "standard", &asked, error);
    if (status != BF_OK) return status;
    if (strcmp(analyzer_identity(asked), writer->head.analyzer) != 0)
        status = fail(error, BF_BAD_ARGUMENT, "%s: the index was made with \"%s\", so it can't take \"%s\"", writer->path,
                      writer->head.analyzer, analyzer_identity(asked));
    analyzer_free(asked);
    return status;
}

/* Whether a folder is an index, or could be made one without mixing with what it is there for: a folder of articles named in
 * place of the index would fill with its files, and be skipped as an index from then on. What an interrupted first run left
 * behind is fine. */
static bf_status folder_can_be_index(const char *path, bf_error *error)
{
    DIR *folder = opendir(path);
    bool is_index = false, has_others = false;
    uint32_t number;
    if (!folder) return fail_system(error, errno, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (strcmp(name, "manifest.lmdb") == 0) is_index = true;
        else if (name[0] != '.' && strcmp(name, "manifest.lmdb-lock") != 0 && strcmp(name, "manifest.lmdb.new") != 0 &&
                 strcmp(name, "writer.lock") != 0 && !segment_store_number(name, &number))
            has_others = true;
    }
    closedir(folder);
    if (is_index || !has_others) return BF_OK;
    return fail(error, BF_BAD_ARGUMENT, "%s: a folder with other files in it, not an index", path);
}

bf_status bf_writer_open(const char *path, const bf_writer_options *options, bf_writer **result, bf_error *error)
{
    static const bf_writer_options defaults = {0};
    if (!options) options = &defaults;
    struct bf_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return fail_memory(error);
    writer->lock = -1;
    writer->sync = !options->no_sync;
    writer->merge = !options->no_merge;
    writer->threads = options->threads ? options->threads : crew_processors();
    writer->memory = options->memory ? options->memory : MEMORY_DEFAULT;
    if (writer->memory > MEMORY_MOST) writer->memory = MEMORY_MOST;
    bf_status status = BF_OK;
    if (writer->memory < MEMORY_LEAST) status = fail(error, BF_BAD_ARGUMENT, "the memory for indexing must be at least 8M");
    if (status == BF_OK && !(writer->path = strdup(path))) status = fail_memory(error);
    struct stat about;
    if (status == BF_OK && stat(path, &about) != 0) {
        if (errno != ENOENT) status = fail_system(error, errno, "%s", path);
        else if (options->must_exist) status = fail(error, BF_NOT_FOUND, "%s: there is no index here", path);
        else if (mkdir(path, 0777) != 0 && errno != EEXIST)
            status = fail_system(error, errno, "%s: can't make the index's folder", path);
    } else if (status == BF_OK && !S_ISDIR(about.st_mode)) {
        status = fail(error, BF_BAD_ARGUMENT, "%s: not a folder, so not an index", path);
    } else if (status == BF_OK && !options->must_exist) {
        status = folder_can_be_index(path, error);
    }
    /* A folder that is no index gets no lock file. */
    if (status == BF_OK && options->must_exist) status = manifest_store_open(path, false, &writer->store, error);
    if (status == BF_OK) status = writer_lock_take(path, options->wait, &writer->lock, error);
    if (status == BF_OK && !options->must_exist) status = manifest_store_open(path, true, &writer->store, error);
    if (status == BF_OK) status = manifest_recover(writer->store, error);
    if (status == BF_OK) status = writer_load(writer, error);
    if (status == BF_OK && !writer->snapshot && options->must_exist)
        status = fail(error, BF_NOT_FOUND, "%s: the index was never committed to", path);
    if (status == BF_OK) status = writer_open_analyzer(writer, options, error);
    if (status == BF_OK) status = writer_sweep(writer, error);
    if (status == BF_OK) status = writer_builds_open(writer, error);
    if (status != BF_OK) bf_writer_close(writer);
    else *result = writer;
    return status;
}

void bf_writer_close(bf_writer *writer)
{
    if (!writer) return;
    writer_builds_close(writer);
    writer_merge_abandon(writer);
    bool sweep = writer->loaded;
    writer_unload(writer);
    /* Segments that were never committed; what can't be removed now the next writer removes. */
    if (sweep) writer_sweep(writer, NULL);
    snapshot_close(writer->snapshot);
    manifest_store_close(writer->store);
    writer_lock_release(writer->lock);
    analyzer_free(writer->analyzer);
    buffer_free(&writer->record);
    free(writer->removed);
    free(writer->path);
    free(writer);
}

/* ---- Deleting ---- */

bf_status writer_delete_document(struct writer_segment *place, uint32_t doc, bf_error *error)
{
    struct segment *segment = place->segment;
    if (!segment->deleted) {
        uint32_t pieces = (segment->meta.doc_count + DELETED_PIECE - 1) / DELETED_PIECE;
        segment->deleted = calloc(pieces, DELETED_PIECE / 8);
        if (!segment->deleted) return fail_memory(error);
    }
    bitset_add(segment->deleted, doc);
    segment->listed.deleted_count++;
    buffer_append_u32(&place->deletions, doc);
    return place->deletions.failed ? fail_memory(error) : BF_OK;
}

bf_status bf_writer_delete(bf_writer *writer, bf_text id, bf_error *error)
{
    if (writer->broken) return fail(error, BF_BAD_ARGUMENT, "%s: the writer failed before and can only be closed", writer->path);
    bool found;
    bf_status status = writer_delete_id(writer, id.bytes, id.length, &found, error);
    if (status != BF_OK) {
        writer->broken = true;
        return status;
    }
    if (found) return BF_OK;
    return fail(error, BF_NOT_FOUND, "%s: there is no article \"%.*s\"", writer->path, (int)(id.length < 400 ? id.length : 400),
                id.bytes);
}

/* ---- Adding ---- */

bf_status bf_writer_add(bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    bool was_there = false;
    if (writer->broken) return fail(error, BF_BAD_ARGUMENT, "%s: the writer failed before and can only be closed", writer->path);
    const char *rule = article_broken_rule(article);
    if (rule) return fail(error, BF_REFUSED, "%s", rule);
    bf_status status = writer_add(writer, article, &was_there, error);
    if (status != BF_OK) writer->broken = true;
    else if (replaced) *replaced = was_there;
    return status;
}
