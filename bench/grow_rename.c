/*
 * As many words as Heaps' law foretells are new in each copy. Which ones: in a Pitman-Yor process, the simplest that has Heaps'
 * and Zipf's laws, a word seen in df articles comes back at a rate of df - beta, not df; the rest are words never seen before. So
 * a copy spells a word of df articles anew with probability beta / df, everywhere in that copy: what belonged together stays
 * together. A word spelt anew takes a fresh name, or, where the vocabulary would outgrow Heaps' law, the name it was given in an
 * earlier copy.
 *
 * Names keep the first letter and the last three, so that dictionaries look as before and stems end as before; vowels
 * become vowels and consonants consonants, digits digits.
 */
#include "grow_rename.h"

#include "random_source.h"
#include "status.h"
#include "word_cut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FREQUENT_SHARE = 100, ATTEMPTS = 12 }; /* words of more than a hundredth of the articles are never spelt anew */

static const double growth_least = 0.3;

bf_status grow_rename_begin(const struct grow_archive *archive, struct grow_rename *rename, bf_error *error)
{
    const double *v = archive->vocabulary, before = log2(v[1] / v[0]), last = log2(v[2] / v[1]);
    *rename = (struct grow_rename){
        .as = malloc(archive->word_count * sizeof(uint32_t)),
        .invented = malloc(archive->word_count * sizeof(uint32_t)),
        .growth = last,
        .slowing = before > last ? before - last : 0,
    };
    if (!rename->as || !rename->invented) {
        grow_rename_free(rename);
        return fail_memory(error);
    }
    memset(rename->invented, 0xff, archive->word_count * sizeof(uint32_t));
    return BF_OK;
}

void grow_rename_free(struct grow_rename *rename)
{
    free(rename->as);
    free(rename->invented);
    *rename = (struct grow_rename){0};
}

static double growth_at(const struct grow_rename *rename, double doubling)
{
    const double growth = rename->growth - rename->slowing * doubling;
    return growth > growth_least ? growth : growth_least;
}

double grow_rename_expected(const struct grow_archive *archive, const struct grow_rename *rename, double times)
{
    double doublings = log2(times), growth = 0;
    for (double doubling = 1; doublings > 0; doubling++, doublings--)
        growth += growth_at(rename, doubling) * (doublings < 1 ? doublings : 1);
    return archive->vocabulary[2] * exp2(growth);
}

static char letter_like(char c, uint64_t hash)
{
    static const char vowels[] = "aeiou", consonants[] = "bcdfghklmnprstvw";
    if (c >= '0' && c <= '9') return (char)('0' + hash % 10);
    if (strchr("aeiouy", c)) return vowels[hash % 5];
    return consonants[hash % 16];
}

/* Writes another spelling of the word; with each attempt it strays further. Returns its length. */
static size_t spell(bf_text word, uint64_t hash, uint32_t attempt, char *name)
{
    size_t length = 0;
    const size_t changed = word.length > 5 ? word.length - 3 : word.length;
    for (size_t i = 0; i < word.length; i++) {
        const char c = word.bytes[i];
        const bool ascii = (unsigned char)c < 0x80;
        const bool change = ascii && i < changed && (i > 0 || attempt > 4) && (attempt > 1 || (random_hash(hash + i) >> 40 & 1));
        name[length++] = change ? letter_like(c, random_hash(hash ^ i) >> 8) : c;
        const bool lengthen = ascii && attempt > 3 && i + 1 >= changed && i < changed && length + 2 < WORD_BYTES_MOST;
        if (lengthen && c >= '0' && c <= '9') name[length++] = letter_like('0', hash >> 20);
        else if (lengthen) length += (size_t)(name[length] = letter_like('a', hash >> 20), name[length + 1] = letter_like('b', hash >> 32), 2);
    }
    return length;
}

static bf_status invent(struct grow_archive *archive, uint32_t word, uint64_t hash, uint32_t *number, bf_error *error)
{
    char name[WORD_BYTES_MOST + 2];
    *number = word;
    for (uint32_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        const size_t length = spell(word_list_get(&archive->words, word), random_hash(hash + attempt), attempt, name);
        if (word_list_find(&archive->words, name, length) != WORD_NONE) continue;
        *number = word_list_add(&archive->words, name, length);
        return *number == WORD_NONE ? fail_memory(error) : BF_OK;
    }
    return BF_OK; /* as it was: all that is like it is taken (a sign beyond ASCII, mostly) */
}

bf_status grow_rename_copy(struct grow_archive *archive, uint32_t copy, uint64_t seed, struct grow_rename *rename, bf_error *error)
{
    const double growth = growth_at(rename, log2(copy + 1)), most = (double)archive->article_count / FREQUENT_SHARE;
    const double lacking = grow_rename_expected(archive, rename, copy + 1) - archive->words.count;
    double renamed = 0, without = 0; /* words to expect that are spelt anew; those of them that have no other name yet */
    for (uint32_t w = 0; w < archive->word_count; w++) {
        if (archive->word[w].df > most) continue;
        renamed += growth / archive->word[w].df;
        if (rename->invented[w] == WORD_NONE) without += growth / archive->word[w].df;
    }
    const double more = renamed > 0 && lacking > renamed ? lacking / renamed : 1;      /* more often than beta says */
    const double again = lacking < without ? 0 : (lacking - without) / (renamed - without + 1); /* fresh though it has a name */
    for (uint32_t w = 0; w < archive->word_count; w++) {
        const uint64_t hash = random_hash(seed ^ random_hash(w));
        rename->as[w] = w;
        if (archive->word[w].df > most || random_unit_of(hash) >= more * growth / archive->word[w].df) continue;
        const bool fresh = rename->invented[w] == WORD_NONE ? true : random_unit_of(random_hash(hash)) < again;
        if (fresh) {
            const bf_status status = invent(archive, w, random_hash(hash + 1), &rename->invented[w], error);
            if (status != BF_OK) return status;
        }
        rename->as[w] = rename->invented[w];
    }
    return BF_OK;
}
