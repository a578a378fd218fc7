/*
 * Grows an archive: `--times` copies of it, one after the other in the archive's order, as an archive grows by time. The first
 * is the archive itself. In every other each sentence of the archive occurs once, in the article it was in or in one that is
 * topically near, and some rare words are spelt anew. See bench/README.md for why, bench/RESULTS.md for how it was checked.
 */
#include "bench_command.h"

#include "grow_write.h"
#include "option.h"
#include "random_source.h"
#include "status.h"

#include <inttypes.h>

/* The first copy: every article with its own units and words. */
static bf_status mix_as_is(const struct grow_archive *archive, struct grow_mix *mix, struct grow_rename *rename, bf_error *error)
{
    struct grow_groups none = {0};
    const bf_status status = grow_mix_make(archive, &none, 0, mix, error);
    if (status != BF_OK) return status;
    for (uint32_t i = 0; i < archive->article_count; i++) {
        const struct grow_article *article = grow_article_at(archive, i);
        mix->title[i] = article->first_unit;
        mix->subject[i] = i;
        mix->first[i] = mix->used;
        mix->count[i] = article->unit_count;
        for (uint32_t u = 1; u <= article->unit_count; u++) mix->units[mix->used++] = article->first_unit + u;
    }
    for (uint32_t w = 0; w < archive->word_count; w++) rename->as[w] = w;
    return BF_OK;
}

static bf_status copy_write(struct grow_archive *archive, uint32_t copy, uint64_t seed, struct grow_rename *rename,
                            bf_error *error)
{
    struct grow_groups groups = {0};
    struct grow_mix mix = {0};
    bf_status status;
    if (copy == 0) {
        status = mix_as_is(archive, &mix, rename, error);
    } else {
        status = grow_groups_make(archive, seed, &groups, error);
        if (status == BF_OK) status = grow_mix_make(archive, &groups, random_hash(seed + 1), &mix, error);
        if (status == BF_OK) status = grow_rename_copy(archive, copy, random_hash(seed + 2), rename, error);
    }
    if (status == BF_OK) status = grow_write_copy(archive, &mix, rename, copy, random_hash(seed + 3), stdout, error);
    grow_groups_free(&groups);
    grow_mix_free(&mix);
    return status;
}

static bf_status grow_run(const char *path, uint64_t times, uint64_t seed, bf_error *error)
{
    struct grow_archive archive;
    struct grow_rename rename = {0};
    bf_status status = grow_archive_read(path, &archive, error);
    if (status != BF_OK) return status;
    status = grow_rename_begin(&archive, &rename, error);
    for (uint32_t copy = 0; status == BF_OK && copy < times; copy++)
        status = copy_write(&archive, copy, random_hash(seed + ((uint64_t)copy << 32)), &rename, error);
    if (status == BF_OK)
        fprintf(stderr, "%" PRIu64 " articles; %u distinct words where %u were, %.0f expected by Heaps' law\n",
                times * archive.article_count, archive.words.count, archive.word_count,
                grow_rename_expected(&archive, &rename, (double)times));
    grow_rename_free(&rename);
    grow_archive_free(&archive);
    return status;
}

int bench_grow(int argc, char **argv)
{
    uint64_t times = 8, seed = 1;
    bool help = false;
    const struct option_spec specs[] = {
        {0, "times", OPTION_U64, &times, "N", "how many times as many articles (8)"},
        {0, "seed", OPTION_U64, &seed, "N", "another seed grows another archive (1)"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (help) {
        puts("usage: backfile-bench grow ARTICLES.jsonl --times N --seed S > grown.jsonl\n\n"
             "Grows an archive to measure with: new articles of the sentences of old ones that are topically near, with the\n"
             "vocabulary growing as it did within the archive. Reads and writes JSON lines with id, title and body; other\n"
             "members are left out. Holds the archive in memory.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc != 2 || times == 0 || times > 10000) {
        fail(&error, BF_BAD_ARGUMENT, "grow wants one file of articles, and --times of 1 to 10000");
        return bench_misused(&error);
    }
    return grow_run(argv[1], times, seed, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
