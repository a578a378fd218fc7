#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "damaged_index.h"

#include "article_history.h"
#include "index_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void damaged_index_open(struct damaged_index *index, const char *path)
{
    *index = (struct damaged_index){0};
    snprintf(index->path, sizeof index->path, "%s", path);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".lmdb") != 0) continue;
        int i = index->file_count++;
        assert_true(i < DAMAGED_FILES_MOST);
        char file[256];
        struct stat about;
        snprintf(index->names[i], sizeof index->names[i], "%.60s", entry->d_name);
        snprintf(file, sizeof file, "%s/%s", path, index->names[i]);
        index->fds[i] = open(file, O_RDWR | O_CLOEXEC);
        assert_true(index->fds[i] >= 0);
        assert_int_equal(fstat(index->fds[i], &about), 0);
        index->sizes[i] = (size_t)about.st_size;
        index->bytes[i] = malloc(index->sizes[i]);
        assert_int_equal(pread(index->fds[i], index->bytes[i], index->sizes[i], 0), index->sizes[i]);
    }
    closedir(folder);
}

void damaged_index_close(struct damaged_index *index)
{
    for (int i = 0; i < index->file_count; i++) {
        close(index->fds[i]);
        free(index->bytes[i]);
    }
}

void damaged_index_write(const struct damaged_index *index, int file, const void *bytes, size_t length, size_t at)
{
    assert_int_equal(pwrite(index->fds[file], bytes ? bytes : index->bytes[file] + at, length, (off_t)at), length);
}

void damaged_index_undo_file(const struct damaged_index *index, int file)
{
    damaged_index_write(index, file, NULL, index->sizes[file], 0);
    assert_int_equal(ftruncate(index->fds[file], (off_t)index->sizes[file]), 0);
}

void damaged_index_undo(const struct damaged_index *index)
{
    DIR *folder = opendir(index->path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        bool is_known = entry->d_name[0] == '.';
        for (int i = 0; i < index->file_count; i++) is_known |= strcmp(index->names[i], entry->d_name) == 0;
        if (!is_known) unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    for (int i = 0; i < index->file_count; i++) damaged_index_undo_file(index, i);
}

size_t damaged_index_size(const struct damaged_index *index)
{
    size_t total = 0;
    for (int file = 0; file < index->file_count; file++) total += index->sizes[file];
    return total;
}

/* ---- Making them ---- */

static void damaged_index_put(bf_writer *writer, uint32_t id, uint32_t version)
{
    static const bf_text keywords[] = {{"trade", 5}, {"ports", 5}};
    struct history_article text;
    bf_error error = {0};
    history_write(id, version, &text);
    if (strlen(text.body) > 400) strcpy(text.body + 400, " w1");
    bf_article article = {.id = text_of(text.id), .title = text_of(text.title), .body = text_of(text.body),
                          .place = text_of("PORT ALDER")};
    article.section = text_of(id % 3 ? "politics" : "sports");
    article.date = (bf_date){.seconds = 86400 * (int64_t)id, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_DAY};
    article.keywords = keywords;
    article.keyword_count = id % 3;
    if (bf_writer_add(writer, &article, NULL, &error) != BF_OK) fail_msg("%s", error.message);
}

void damaged_index_make_one_segment(const char *path)
{
    bf_writer *writer = open_writer(path, NULL);
    for (uint32_t id = 0; id < 80; id++) damaged_index_put(writer, id, 1 + id % 5);
    commit_writer(writer);
    bf_writer_close(writer);
}

void damaged_index_make_reordered(const char *path)
{
    bf_error error = {0};
    damaged_index_make_one_segment(path);
    bf_writer *writer = open_writer(path, NULL);
    if (bf_writer_reorder(writer, &(bf_reorder_options){.threads = 1}, NULL, &error) != BF_OK) fail_msg("%s", error.message);
    bf_writer_close(writer);
}

void damaged_index_make_many_segments(const char *path)
{
    bf_error error = {0};
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_merge = true});
    for (uint32_t segment = 0; segment < 3; segment++) {
        for (uint32_t id = 0; id < 30; id++) damaged_index_put(writer, segment * 25 + id, 1 + segment);
        if (segment) assert_int_equal(bf_writer_delete(writer, text_of(segment == 1 ? "article3" : "article26"), &error), BF_OK);
        commit_writer(writer);
    }
    bf_writer_close(writer);
}

void damaged_index_make_many_commits(const char *path)
{
    damaged_index_make_many_segments(path);
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_merge = true});
    for (uint32_t id = 200; id < 206; id++) {
        damaged_index_put(writer, id, 1);
        commit_writer(writer);
    }
    bf_writer_close(writer);
}

void damaged_index_make_paged(const char *path)
{
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    uint64_t seed = 5;
    for (uint32_t i = 0; i < 9000; i++) {
        char id[16], body[64];
        snprintf(id, sizeof id, "a%u", i);
        snprintf(body, sizeof body, "w0 w1 w%u w%u rare%u", (unsigned)(random_next(&seed) % 5),
                 (unsigned)(random_next(&seed) % 50), i);
        add_article(writer, id, "", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}
