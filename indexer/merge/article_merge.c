#include "article_merge.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

/* ---- In the order they have ---- */

static bool source_is_whole(const struct merge_source *source, uint32_t first, uint32_t end)
{
    for (uint32_t doc = first; source->numbers && doc < end; doc++)
        if (source->numbers[doc] == NO_DOCUMENT) return false;
    return true;
}

/* Blocks of articles that are all live are copied as they are, compressed, if their dictionary is worth it: small segments have
 * small ones or none. */
static bf_status merge_articles_of(const struct merge_source *source, struct segment_writer *writer, bf_error *error)
{
    bf_status status = BF_OK;
    uint64_t mapped = 0;
    for (uint32_t block = 0; status == BF_OK && block < source->segment->meta.article_block_count; block++) {
        const uint8_t *bytes;
        size_t length;
        uint32_t first, end;
        const struct article_dictionary *dictionary = NULL;
        status = segment_article_block(source->segment, block, &bytes, &length, &first, &end, error);
        if (status == BF_OK) merge_source_passed(source, 1, length, &mapped);
        if (status == BF_OK) status = segment_article_dictionary(source->segment, bytes, length, &dictionary, error);
        bool worth_it = dictionary && dictionary->length >= ARTICLE_DICTIONARY_KEPT;
        if (status == BF_OK && worth_it && source_is_whole(source, first, end)) {
            status = segment_writer_article_block(writer, bytes, length, end - first, dictionary, error);
            continue;
        }
        for (uint32_t doc = first; status == BF_OK && doc < end; doc++) {
            if (source->numbers && source->numbers[doc] == NO_DOCUMENT) continue;
            status = segment_article_record(source->segment, doc, &bytes, &length, error);
            if (status == BF_OK) status = segment_writer_article(writer, bytes, length, error);
        }
    }
    return status;
}

bf_status merge_articles(const struct merge_source *sources, uint32_t count, struct segment_writer *writer, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < count; i++) status = merge_articles_of(&sources[i], writer, error);
    return status;
}

/* ---- In a new one ---- */

enum { SWEEPS_MOST = 8 }; /* inflating all blocks so often costs as much as inflating for each article half a block */

/* By its number: where an article is, and the length of its record. */
struct article_place {
    uint32_t source, doc, length;
};

static bf_status find_articles(const struct merge_source *sources, uint32_t count, struct article_place *places, uint64_t *total,
                               bf_error *error)
{
    bf_status status = BF_OK;
    *total = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t doc = 0; status == BF_OK && doc < sources[i].segment->meta.doc_count; doc++) {
            uint32_t number = merge_source_number(&sources[i], doc);
            size_t length;
            if (number == NO_DOCUMENT) continue;
            status = segment_article_length(sources[i].segment, doc, &length, error);
            if (status != BF_OK) break;
            places[number] = (struct article_place){i, doc, (uint32_t)length};
            *total += length;
        }
    return status;
}

/* Articles [first, end) of the new order, one by one. */
static bf_status fetch_articles(const struct merge_source *sources, const struct article_place *places, uint32_t first,
                                uint32_t end, struct segment_writer *writer, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t number = first; status == BF_OK && number < end; number++) {
        const struct article_place *place = &places[number];
        const uint8_t *record;
        size_t length;
        status = segment_article_record(sources[place->source].segment, place->doc, &record, &length, error);
        if (status == BF_OK) status = segment_writer_article(writer, record, length, error);
    }
    return status;
}

/* Articles [first, end) of the new order, all at once: in the order of the sources into memory, where offsets[number - first]
 * says where each goes. */
static bf_status gather_articles(const struct merge_source *sources, uint32_t count, uint32_t first, uint32_t end,
                                 const uint64_t *offsets, uint8_t *gathered, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t doc = 0; status == BF_OK && doc < sources[i].segment->meta.doc_count; doc++) {
            uint32_t number = merge_source_number(&sources[i], doc);
            const uint8_t *record;
            size_t length;
            if (number < first || number >= end) continue;
            status = segment_article_record(sources[i].segment, doc, &record, &length, error);
            if (status == BF_OK) memcpy(gathered + offsets[number - first], record, length);
        }
    return status;
}

/* As many articles from `first` on as memory holds, at least one; *end: the first that was left. */
static bf_status sweep_articles(const struct merge_source *sources, uint32_t count, const struct article_place *places,
                                uint32_t first, uint32_t doc_count, uint64_t memory, struct segment_writer *writer, uint32_t *end,
                                bf_error *error)
{
    uint64_t size = 0;
    uint32_t last = first;
    while (last < doc_count && (last == first || size + places[last].length <= memory)) size += places[last++].length;
    uint64_t *offsets = malloc((last - first) * sizeof *offsets);
    uint8_t *gathered = malloc(size ? size : 1);
    bf_status status = offsets && gathered ? BF_OK : fail_memory(error);
    size = 0;
    for (uint32_t number = first; status == BF_OK && number < last; number++) {
        offsets[number - first] = size;
        size += places[number].length;
    }
    if (status == BF_OK) status = gather_articles(sources, count, first, last, offsets, gathered, error);
    for (uint32_t number = first; status == BF_OK && number < last; number++)
        status = segment_writer_article(writer, gathered + offsets[number - first], places[number].length, error);
    free(offsets);
    free(gathered);
    *end = last;
    return status;
}

bf_status merge_articles_reordered(const struct merge_source *sources, uint32_t count, uint32_t doc_count, uint64_t memory,
                                   struct segment_writer *writer, bf_error *error)
{
    uint64_t total = 0, held = doc_count * (sizeof(struct article_place) + sizeof(uint64_t));
    struct article_place *places = malloc(doc_count * sizeof *places);
    bf_status status = places ? find_articles(sources, count, places, &total, error) : fail_memory(error);
    memory = memory > held ? memory - held : 0;
    if (status == BF_OK && total / SWEEPS_MOST > memory) {
        status = fetch_articles(sources, places, 0, doc_count, writer, error);
    } else {
        for (uint32_t first = 0; status == BF_OK && first < doc_count;)
            status = sweep_articles(sources, count, places, first, doc_count, memory, writer, &first, error);
    }
    free(places);
    return status;
}
