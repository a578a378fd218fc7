/* Where articles come from: files, folders, standard input, archives and compressed files, whole and damaged. */
#include "container.h"
#include "reader_harness.h"
#include "source_path.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/backfile-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

static const char *in_folder(struct gathered *gathered, const char *name)
{
    size_t length = strlen(folder) + strlen(name) + 2;
    char *path = arena_take(&gathered->arena, length);
    assert_non_null(path);
    snprintf(path, length, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* ---- Making archives ---- */

enum packing { PLAIN, GZIP, BZIP2, XZ, ZSTD };

struct packed_member {
    const char *name;
    const void *bytes;
    size_t length;
};

/* Packs the members; format 0 compresses the first as it is. Returns how many bytes that gave. */
static size_t pack(struct arena *arena, int format, enum packing packing, const struct packed_member *members, size_t count,
                   uint8_t **out)
{
    enum { ROOM = 1 << 20 };
    size_t used = 0;
    struct archive *archive = archive_write_new();
    *out = arena_take(arena, ROOM);
    assert_non_null(*out);
    assert_int_equal(archive_write_set_format(archive, format ? format : ARCHIVE_FORMAT_RAW), ARCHIVE_OK);
    if (packing == GZIP) assert_int_equal(archive_write_add_filter_gzip(archive), ARCHIVE_OK);
    if (packing == BZIP2) assert_int_equal(archive_write_add_filter_bzip2(archive), ARCHIVE_OK);
    if (packing == XZ) assert_int_equal(archive_write_add_filter_xz(archive), ARCHIVE_OK);
    if (packing == ZSTD) assert_int_equal(archive_write_add_filter_zstd(archive), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open_memory(archive, *out, ROOM, &used), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        size_t name = strlen(members[i].name);
        archive_entry_copy_pathname(entry, members[i].name);
        archive_entry_set_perm(entry, 0644);
        if (members[i].bytes) {
            archive_entry_set_filetype(entry, AE_IFREG);
            archive_entry_set_size(entry, (la_int64_t)members[i].length);
        } else if (members[i].name[name - 1] == '/') {
            archive_entry_set_filetype(entry, AE_IFDIR);
        } else {
            archive_entry_set_filetype(entry, AE_IFLNK);
            archive_entry_copy_symlink(entry, "elsewhere");
        }
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        if (members[i].length)
            assert_int_equal(archive_write_data(archive, members[i].bytes, members[i].length), members[i].length);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return used;
}

static const char wire[] = "politics\n\nHarbour bill passes\n\nTARVIN\n\nThe house voted.\n";
static const char lines[] = "{\"id\":\"a\",\"title\":\"A\"}\n{\"id\":\"b\",\"title\":\"B\"}\n";
static const char records[] = "<DOC><DOCNO>d1</DOCNO><TEXT>D</TEXT></DOC>\n";

static const char *id_of(struct gathered *gathered, size_t i)
{
    assert_true(i < gathered->article_count);
    return gathered_text(gathered, gathered->articles[i].article.id);
}

/* ---- Tests ---- */

static void test_kinds(void **state)
{
    (void)state;
    static const int formats[] = {0, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_TAR_GNUTAR,
                                  ARCHIVE_FORMAT_ZIP};
    const struct packed_member members[] = {
        {"sub/", NULL, 0}, {"./sub/wire.txt", wire, sizeof wire - 1},    {"lines.jsonl", lines, sizeof lines - 1},
        {"empty", "", 0},  {"trec.sgml", records, sizeof records - 1}, {"sub/._wire.txt", "\0\5\26\7", 4},
        {"link", NULL, 0}, /* which a zip says in its directory only, at its end */
    };
    const size_t count = sizeof members / sizeof *members;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        for (enum packing packing = PLAIN; packing <= ZSTD; packing++) {
            bool zip = formats[i] == ARCHIVE_FORMAT_ZIP;
            if ((formats[i] == 0 && packing == PLAIN) || (zip && packing != PLAIN)) continue;
            for (size_t piece = 0; piece < 1000; piece += 333) {
                struct gathered gathered = {.piece = piece};
                uint8_t *bytes;
                if (formats[i] == 0) {
                    size_t length = pack(&gathered.arena, 0, packing, &members[2], 1, &bytes);
                    assert_int_equal(gather_bytes(&gathered, bytes, length, "lines.packed"), BF_OK);
                    assert_int_equal(gathered.article_count, 2);
                    assert_string_equal(gathered.articles[1].path, "lines.packed");
                    assert_int_equal(gathered.refusal_count, 0);
                } else {
                    size_t length = pack(&gathered.arena, formats[i], packing, members, count - zip, &bytes);
                    assert_int_equal(gather_bytes(&gathered, bytes, length, "a.packed"), BF_OK);
                    assert_int_equal(gathered.article_count, 4);
                    assert_string_equal(id_of(&gathered, 0), "a.packed/sub/wire.txt");
                    assert_string_equal(gathered_text(&gathered, gathered.articles[0].article.place), "TARVIN");
                    assert_string_equal(gathered.articles[1].path, "a.packed/lines.jsonl");
                    assert_string_equal(id_of(&gathered, 3), "d1");
                    assert_int_equal(gathered.refusal_count, 0);
                    assert_int_equal(gathered.skip_count, 3 - zip);
                    assert_string_equal(gathered.skips[0].path, "a.packed/empty");
                    assert_string_equal(gathered.skips[0].why, "empty");
                    assert_string_equal(gathered.skips[1].path, "a.packed/sub/._wire.txt");
                    if (!zip) assert_string_equal(gathered.skips[2].why, "a symbolic link");
                }
                gathered_free(&gathered);
            }
        }
    }
}

/* An archive in an archive is read, one in that is not. */
static void test_nested(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    uint8_t *packed, *inner, *middle, *outer;
    size_t packed_length = pack(&gathered.arena, 0, ZSTD, &(struct packed_member){"x", lines, sizeof lines - 1}, 1, &packed);
    const struct packed_member inner_members[] = {{"wire.txt", wire, sizeof wire - 1}, {"deep.zst", packed, packed_length}};
    size_t inner_length = pack(&gathered.arena, ARCHIVE_FORMAT_TAR_USTAR, GZIP, inner_members, 2, &inner);
    const struct packed_member middle_members[] = {{"inner.tgz", inner, inner_length}, {"lines.zst", packed, packed_length},
                                                   {"d", records, sizeof records - 1}};
    size_t middle_length = pack(&gathered.arena, ARCHIVE_FORMAT_ZIP, PLAIN, middle_members, 3, &middle);
    assert_int_equal(gather_bytes(&gathered, middle, middle_length, "m.zip"), BF_OK);
    assert_int_equal(gathered.article_count, 4);
    assert_string_equal(id_of(&gathered, 0), "m.zip/inner.tgz/wire.txt");
    assert_string_equal(gathered.articles[1].path, "m.zip/lines.zst");
    assert_string_equal(id_of(&gathered, 3), "d1");
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].path, "m.zip/inner.tgz/deep.zst");
    assert_string_equal(gathered.refusals[0].rule, "zstd inside an archive that stands in an archive itself: too deep");
    /* Compression around an archive is no level of its own. */
    struct gathered second = {0};
    size_t outer_length = pack(&second.arena, 0, XZ, &(struct packed_member){"x", inner, inner_length}, 1, &outer);
    assert_int_equal(gather_bytes(&second, outer, outer_length, "i.tgz.xz"), BF_OK);
    assert_int_equal(second.article_count, 3);
    gathered_free(&second);
    gathered_free(&gathered);
}

/* What was whole before the damage stands, and what was cut is named. */
static void test_truncated(void **state)
{
    (void)state;
    struct gathered whole = {0};
    struct buffer many = {0};
    uint8_t *bytes;
    uint32_t x = 12345;
    for (int i = 0; i < 9000; i++) {
        buffer_append_format(&many, "{\"id\":%d,\"title\":\"", i);
        for (int k = 0; k < 40; k++) buffer_append_u8(&many, (uint8_t)('a' + ((x = x * 1664525 + 1013904223) >> 24) % 26));
        buffer_append_string(&many, "\"}\n");
    }
    const struct packed_member members[] = {{"first.txt", wire, sizeof wire - 1}, {"many.jsonl", many.bytes, many.length}};
    for (enum packing packing = GZIP; packing <= ZSTD; packing++) {
        struct gathered gathered = {0};
        size_t length = pack(&gathered.arena, 0, packing, &members[1], 1, &bytes);
        assert_int_equal(gather_bytes(&gathered, bytes, length * 3 / 4, "many.packed"), BF_OK);
        assert_int_equal(gathered.refusal_count, 1);
        assert_string_equal(gathered.refusals[0].path, "many.packed");
        if (packing != BZIP2) assert_in_range(gathered.article_count, 1000, 8999); /* bzip2's one block here is all or nothing */
        const char *rule = gathered.refusals[0].rule;
        if (!strstr(rule, "truncated") && !strstr(rule, "cut short")) fail_msg("packing %d: %s", packing, rule);
        if (gathered.article_count) assert_int_equal(gathered.refusals[0].record, gathered.article_count + 1);
        gathered_free(&gathered);

        length = pack(&gathered.arena, ARCHIVE_FORMAT_TAR_USTAR, packing, members, 2, &bytes);
        assert_int_equal(gather_bytes(&gathered, bytes, length * 3 / 4, "a.tar.packed"), BF_OK);
        assert_true(gathered.refusal_count >= 1);
        if (packing != BZIP2) {
            assert_string_equal(id_of(&gathered, 0), "a.tar.packed/first.txt");
            assert_string_equal(gathered.refusals[0].path, "a.tar.packed/many.jsonl");
        }
        gathered_free(&gathered);
    }
    for (int format = ARCHIVE_FORMAT_TAR_USTAR; format; format = format == ARCHIVE_FORMAT_ZIP ? 0 : ARCHIVE_FORMAT_ZIP) {
        struct gathered gathered = {0};
        size_t length = pack(&gathered.arena, format, PLAIN, members, 2, &bytes);
        assert_int_equal(gather_bytes(&gathered, bytes, length / 2, "a"), BF_OK);
        assert_string_equal(id_of(&gathered, 0), "a/first.txt");
        assert_true(gathered.article_count > 100);
        assert_string_equal(gathered.refusals[0].path, "a/many.jsonl");
        assert_non_null(strstr(gathered.refusals[0].rule, "cut short: "));
        gathered_free(&gathered);
    }
    buffer_free(&many);
    gathered_free(&whole);
}

/* Damage that goes on making text is found by the checksum; what was inflated before a cut is read. */
static void test_damaged_gzip(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    struct buffer text = {0};
    uint8_t *bytes;
    buffer_append_string(&text, "A title\n\n");
    for (int i = 0; i < 3000; i++) buffer_append_format(&text, "word%d ", i * 7919 % 3000);
    const struct packed_member member = {"x", text.bytes, text.length};
    size_t length = pack(&gathered.arena, 0, GZIP, &member, 1, &bytes);
    bytes[length - 6] ^= 1; /* of its checksum: RFC 1952, 2.2 */
    assert_int_equal(gather_bytes(&gathered, bytes, length, "t.gz"), BF_OK);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].path, "t.gz");
    assert_non_null(strstr(gathered.refusals[0].rule, "damaged: incorrect data check"));
    gathered_free(&gathered);

    /* so short that libarchive meets the cut while it looks at the beginning */
    struct gathered cut = {0};
    length = pack(&cut.arena, 0, GZIP, &(struct packed_member){"x", lines, sizeof lines - 1}, 1, &bytes);
    assert_int_equal(gather_bytes(&cut, bytes, length - 8, "l.gz"), BF_OK);
    assert_int_equal(cut.article_count, 2);
    assert_int_equal(cut.refusal_count, 1);
    assert_non_null(strstr(cut.refusals[0].rule, "the gzip data is cut short"));
    gathered_free(&cut);

    /* members in a row are one stream; zeros may follow it, and nothing else */
    struct gathered twice = {0};
    static const char more[] = "{\"id\":\"c\",\"title\":\"C\"}\n";
    uint8_t *second;
    length = pack(&twice.arena, 0, GZIP, &(struct packed_member){"x", lines, sizeof lines - 1}, 1, &bytes);
    size_t second_length = pack(&twice.arena, 0, GZIP, &(struct packed_member){"x", more, sizeof more - 1}, 1, &second);
    memcpy(bytes + length, second, second_length);
    length += second_length;
    memset(bytes + length, 0, 1000);
    for (size_t padding = 0; padding <= 1000; padding += 500) {
        assert_int_equal(gather_bytes(&twice, bytes, length + padding, "l.gz"), BF_OK);
        assert_int_equal(twice.article_count, 3 * (padding / 500 + 1));
        assert_int_equal(twice.refusal_count, 0);
    }
    memcpy(bytes + length, "more", 5);
    assert_int_equal(gather_bytes(&twice, bytes, length + 4, "l.gz"), BF_OK);
    assert_int_equal(twice.article_count, 12);
    assert_int_equal(twice.refusal_count, 1);
    assert_non_null(strstr(twice.refusals[0].rule, "something else follows the gzip data"));
    gathered_free(&twice);
    buffer_free(&text);
}

/* Names are text whatever the locale: this test itself runs in the C locale. */
static void test_names(void **state)
{
    (void)state;
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_ZIP};
    const struct packed_member members[] = {{"Zürich/東京.txt", wire, sizeof wire - 1}};
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!utf8) skip();
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct gathered gathered = {0};
        uint8_t *bytes;
        locale_t before = uselocale(utf8);
        size_t length = pack(&gathered.arena, formats[i], PLAIN, members, 1, &bytes);
        uselocale(before);
        assert_int_equal(gather_bytes(&gathered, bytes, length, "a"), BF_OK);
        assert_string_equal(id_of(&gathered, 0), "a/Zürich/東京.txt");
        gathered_free(&gathered);
    }
    freelocale(utf8);
}

static void test_container_kind(void **state)
{
    (void)state;
    static const char *const texts[] = {"BZh9 is how it began", "PK is a name", "#mtree\n./a type=file\n", "\x1f", "(",
                                        "<DOC>", "{}", "ustar"};
    uint8_t block[512];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(container_kind((const uint8_t *)texts[i], strlen(texts[i])));
    memset(block, 'a', sizeof block);
    assert_null(container_kind(block, sizeof block));
    memset(block, 0, sizeof block);
    assert_null(container_kind(block, sizeof block));
    assert_string_equal(container_kind((const uint8_t *)"\x1f\x8b\x08\0", 4), "gzip");
    assert_string_equal(container_kind((const uint8_t *)"\x50\x2a\x4d\x18", 4), "zstd");
}

/* Text that an archive library could take for a description of files. */
static void test_not_archives(void **state)
{
    (void)state;
    static const char *const texts[] = {"#mtree\n\nA title line\n\nTARVIN\n\nText.", "BZh9 is how it began\n\nText.",
                                        "PK\n\nText of it.", "Rar!\n\nText."};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gathered gathered = {0};
        assert_int_equal(gather_string(&gathered, texts[i], "t"), BF_OK);
        assert_int_equal(gathered.article_count, 1);
        gathered_free(&gathered);
    }
    struct gathered gathered = {0};
    assert_int_equal(gather_string(&gathered, "\x1f\x8b\x08 and no gzip at all, whatever its first bytes say", "t"), BF_OK);
    assert_int_equal(gathered.article_count, 0);
    assert_int_equal(gathered.refusal_count, 1);
    gathered_free(&gathered);
}

static void test_folder(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    const char *root = in_folder(&gathered, "news");
    assert_int_equal(mkdir(root, 0755), 0);
    assert_int_equal(mkdir(in_folder(&gathered, "news/b"), 0755), 0);
    assert_int_equal(mkdir(in_folder(&gathered, "news/b/c"), 0755), 0);
    assert_int_equal(mkdir(in_folder(&gathered, "news/old.bf"), 0755), 0);
    write_file(in_folder(&gathered, "news/old.bf/manifest.lmdb"), "\0\0", 2);
    write_file(in_folder(&gathered, "news/Z.txt"), wire, sizeof wire - 1);
    write_file(in_folder(&gathered, "news/a.txt"), wire, sizeof wire - 1);
    write_file(in_folder(&gathered, "news/b/c/x.jsonl"), lines, sizeof lines - 1);
    write_file(in_folder(&gathered, "news/b/y\xfc\nz"), wire, sizeof wire - 1);
    write_file(in_folder(&gathered, "news/.hidden"), wire, sizeof wire - 1);
    write_file(in_folder(&gathered, "news/c.bin"), "ab\0c", 4);
    assert_int_equal(symlink("..", in_folder(&gathered, "news/b/up")), 0);
    assert_int_equal(symlink("nowhere", in_folder(&gathered, "news/dangling")), 0);
    assert_int_equal(symlink("a.txt", in_folder(&gathered, "news/e")), 0);
    assert_int_equal(mkfifo(in_folder(&gathered, "news/pipe"), 0644), 0);
    assert_int_equal(gather_path(&gathered, root), BF_OK);
    static const char *const order[] = {"news/Z.txt", "news/a.txt", "news/b/c/x.jsonl", "news/b/c/x.jsonl", "news/b/y%FC%0Az",
                                        "news/e"};
    assert_int_equal(gathered.article_count, 6);
    for (size_t i = 0; i < 6; i++) assert_string_equal(gathered.articles[i].path + strlen(folder) + 1, order[i]);
    assert_int_equal(gathered.refusal_count, 3);
    assert_string_equal(gathered.refusals[0].rule, "not text: byte 2 is 0x00");
    assert_string_equal(gathered.refusals[1].rule, "can't be read: No such file or directory");
    assert_string_equal(gathered.refusals[2].rule, "neither a file nor a folder");
    assert_string_equal(gathered.refusals[2].path + strlen(folder), "/news/pipe");
    assert_int_equal(gathered.skip_count, 3);
    assert_string_equal(gathered.skips[0].path + strlen(folder), "/news/.hidden");
    assert_string_equal(gathered.skips[1].why, "a link to a folder it stands in");
    assert_string_equal(gathered.skips[2].why, "an index");
    uint64_t total = 4 * (sizeof wire - 1) + sizeof lines - 1 + 4;
    assert_int_equal(gathered.counts.source_total, total);
    assert_int_equal(gathered.counts.source_bytes, total);
    assert_int_equal(gathered.counts.files, 6);
    assert_int_equal(gathered.counts.records, 6);
    assert_int_equal(gathered.counts.refused, 3);
    gathered_free(&gathered);
}

static void test_paths(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"./a//b/", "a/b"}, {"/a/./b", "/a/b"}, {"../a", "../a"}, {".", "."}, {"./", "."}, {"/", "/"}, {"a", "a"},
        {"a\nb\x7f", "a%0Ab%7F"}, {"\xff\xc3\xbc", "%FF\xc3\xbc"}, {".../x", ".../x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = {0};
        source_path_append(&out, cases[i][0]);
        const char *path = buffer_string(&out);
        if (strcmp(path, cases[i][1]) != 0) fail_msg("%s became %s", cases[i][0], path);
        buffer_free(&out);
    }
    assert_true(source_path_hidden("a/.b/c"));
    assert_true(source_path_hidden(".b"));
    assert_false(source_path_hidden("../a/./b.c"));
    assert_false(source_path_hidden(""));
}

static void test_given_paths(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    assert_int_equal(gather_path(&gathered, in_folder(&gathered, "missing")), BF_IO);
    assert_non_null(strstr(gathered.error.message, "missing: No such file or directory"));
    /* The same file, however its path is written, gives the same id; a zip's directory is at its end, so this reads it by
     * seeking. */
    const struct packed_member member = {"w.txt", wire, sizeof wire - 1};
    uint8_t *bytes;
    size_t length = pack(&gathered.arena, ARCHIVE_FORMAT_ZIP, PLAIN, &member, 1, &bytes);
    write_file(in_folder(&gathered, "w.zip"), bytes, length);
    assert_int_equal(gather_path(&gathered, in_folder(&gathered, "w.zip")), BF_OK);
    assert_int_equal(gather_path(&gathered, in_folder(&gathered, ".//w.zip")), BF_OK);
    assert_int_equal(gathered.article_count, 2);
    assert_string_equal(id_of(&gathered, 0), id_of(&gathered, 1));
    assert_int_equal(gathered.counts.source_total, 2 * length);
    assert_int_equal(gathered.counts.source_bytes, 2 * length);
    gathered_free(&gathered);
}

static void test_standard_input(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    int pipes[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], "{\"title\":\"A\"}\n", 14), 14);
    close(pipes[1]);
    assert_int_not_equal(dup2(pipes[0], STDIN_FILENO), -1);
    assert_int_equal(gather_path(&gathered, "-"), BF_OK);
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(pipes[0]);
    assert_int_equal(gathered.article_count, 1);
    assert_string_equal(id_of(&gathered, 0), "stdin#1");
    assert_int_equal(gathered.counts.source_total, 0);
    assert_int_equal(gathered.counts.source_bytes, 14);
    gathered_free(&gathered);
}

/* The fixtures beside the tests, read as a user would. */
static void test_fixtures(void **state)
{
    (void)state;
    struct gathered gathered = {.round_trip = true};
    if (access("tests/data/reader/README", R_OK) != 0) skip();
    assert_int_equal(gather_path(&gathered, "tests/data/reader"), BF_OK);
    static const char *const ids[] = {"tests/data/reader/README", "mw-0001", "mw-0002", "tests/data/reader/list.json#1",
                                      "mw-list-2", "1", "2",
                                      "OLM-1", "OLM-2", "tests/data/reader/wire.txt"};
    for (size_t i = 0; i < gathered.article_count && i < 10; i++) assert_string_equal(id_of(&gathered, i), ids[i]);
    assert_int_equal(gathered.article_count, 10);
    assert_int_equal(gathered.refusal_count, 2);
    assert_string_equal(gathered.refusals[0].path, "tests/data/reader/lines.jsonl");
    assert_string_equal(gathered.refusals[0].rule, "broken JSON: duplicate object key near '\"title\"'");
    assert_int_equal(gathered.refusals[0].line, 2);
    assert_string_equal(gathered.refusals[1].rule, "no text: neither title nor body");
    assert_string_equal(gathered.refusals[1].id, "3");
    if (gathered.round_trip_failures) fail_msg("%s", gathered.round_trip_note);
    gathered_free(&gathered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),          cmocka_unit_test(test_nested),       cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_container_kind), cmocka_unit_test(test_not_archives), cmocka_unit_test(test_folder),
        cmocka_unit_test(test_paths),          cmocka_unit_test(test_given_paths),  cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_fixtures),       cmocka_unit_test(test_names),        cmocka_unit_test(test_damaged_gzip),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
