/* The public writer: opening, adding, deleting. What it does at a commit is in writer_commit.c. */
#include "writer_state.h"

#include "article_rules.h"
#include "article_record.h"
#include "bytes.h"
#include "length_byte.h"
#include "posting_cursor.h"
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
    if (status == BF_OK) status = inverter_new(writer->analyzer, &writer->inverter, error);
    if (status != BF_OK) bf_writer_close(writer);
    else *result = writer;
    return status;
}

void bf_writer_close(bf_writer *writer)
{
    if (!writer) return;
    segment_writer_abandon(writer->building);
    bool sweep = writer->loaded;
    writer_unload(writer);
    /* Segments that were never committed; what can't be removed now the next writer removes. */
    if (sweep) writer_sweep(writer, NULL);
    snapshot_close(writer->snapshot);
    manifest_store_close(writer->store);
    writer_lock_release(writer->lock);
    inverter_free(writer->inverter);
    analyzer_free(writer->analyzer);
    string_table_free(&writer->ids);
    buffer_free(&writer->id_docs);
    buffer_free(&writer->dead_docs);
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

/* Deletes the article of an id wherever it is. */
static bf_status writer_delete_id(struct bf_writer *writer, const char *id, size_t length, bool *found, bf_error *error)
{
    *found = false;
    uint32_t number;
    bool is_new;
    if (writer->building) {
        if (!string_table_number(&writer->ids, id, (uint32_t)length, &number, &is_new)) return fail_memory(error);
        if (is_new) {
            buffer_append_u32(&writer->id_docs, NO_DOCUMENT);
        } else {
            uint8_t *place = writer->id_docs.bytes + 4 * (size_t)number;
            if (load_u32(place) != NO_DOCUMENT) {
                buffer_append_u32(&writer->dead_docs, load_u32(place));
                store_u32(place, NO_DOCUMENT);
                *found = true;
            }
        }
        if (writer->id_docs.failed || writer->dead_docs.failed) return fail_memory(error);
    }
    for (uint32_t i = writer->segment_count; !*found && i-- > 0;) {
        uint32_t doc;
        bf_status status = segment_find_id(writer->segments[i].segment, id, length, &doc, error);
        if (status == BF_NOT_FOUND) continue;
        if (status == BF_OK) status = writer_delete_document(&writer->segments[i], doc, error);
        if (status != BF_OK) return status;
        *found = true;
    }
    if (*found) writer->changed = true;
    return BF_OK;
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

static bf_status writer_add(struct bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    bf_status status = BF_OK;
    if (!writer->building) {
        writer->building_number = writer->head.next_segment++;
        status = segment_writer_open(writer->path, writer->building_number, writer->sync, &writer->building, error);
        if (status != BF_OK) return status;
    }
    status = writer_delete_id(writer, article->id.bytes, article->id.length, replaced, error);
    if (status != BF_OK) return status;

    uint32_t doc = inverter_document_count(writer->inverter), number, length, title_length;
    bool is_new;
    status = inverter_add(writer->inverter, article, &length, &title_length, error);
    if (status != BF_OK) return status;
    struct document_facts facts = {article->id.bytes, article->id.length, length_byte_encode(length), title_length,
                                   article->date.precision ? article->date.seconds : INT64_MIN};
    status = segment_writer_document(writer->building, &facts, error);
    if (status != BF_OK) return status;
    buffer_clear(&writer->record);
    article_record_encode(article, &writer->record);
    if (writer->record.failed) return fail_memory(error);
    status = segment_writer_article(writer->building, writer->record.bytes, writer->record.length, error);
    if (status != BF_OK) return status;
    if (!string_table_number(&writer->ids, article->id.bytes, (uint32_t)article->id.length, &number, &is_new))
        return fail_memory(error);
    store_u32(writer->id_docs.bytes + 4 * (size_t)number, doc); /* writer_delete_id made the entry */
    writer->token_count += length;
    writer->changed = true;
    return BF_OK;
}

bf_status bf_writer_add(bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    bool was_there = false;
    if (writer->broken) return fail(error, BF_BAD_ARGUMENT, "%s: the writer failed before and can only be closed", writer->path);
    const char *rule = article_broken_rule(article);
    if (rule) return fail(error, BF_REFUSED, "%s", rule);
    bf_status status = writer_add(writer, article, &was_there, error);
    if (status == BF_OK && inverter_memory(writer->inverter) + string_table_memory(&writer->ids) > writer->memory)
        status = writer_flush(writer, error);
    if (status != BF_OK) writer->broken = true;
    else if (replaced) *replaced = was_there;
    return status;
}
