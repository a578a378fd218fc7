/*
 * As many words as Heaps' law foretells are new in each copy. Which ones: in a Pitman-Yor process, the simplest that has Heaps'
 * and Zipf's laws, a word seen in df articles comes back at a rate of df - beta, not df; the rest are words never seen before. So
 * copies spell a word of df articles anew with a mean probability of beta / df. The probability itself differs from word to
 * word (Beta distributed, with beta and df - beta): most words seen once never come back, some often do. A copy spells a word one
 * way throughout: what belonged together stays together. A word spelt anew takes a fresh name; where the vocabulary
 * would outgrow Heaps' law, some words keep the name they were given first.
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

enum {
    FREQUENT_SHARE = 100, /* words of more than a hundredth of the articles are never spelt anew */
    GAMMA_MOST = 32,      /* above, one probability does for all words of a df */
    ATTEMPTS = 12,
};

static const double exponent_least = 0.3, exponent_most = 0.8;

/* Over the last two doublings: over one, chance weighs more than any slowing down. Of a handful of articles nothing can be
 * learnt, and there it is kept where the law's exponents are. */
static double exponent_of(const double vocabulary[3])
{
    const double exponent = vocabulary[0] > 0 ? log2(vocabulary[2] / vocabulary[0]) / 2 : exponent_most;
    return exponent < exponent_least ? exponent_least : exponent > exponent_most ? exponent_most : exponent;
}

bf_status grow_rename_begin(const struct grow_archive *archive, struct grow_rename *rename, bf_error *error)
{
    *rename = (struct grow_rename){
        .as = malloc((archive->word_count + 1) * sizeof(uint32_t)),
        .invented = malloc((archive->word_count + 1) * sizeof(uint32_t)),
        .growth = exponent_of(archive->vocabulary),
    };
    if (!rename->as || !rename->invented) {
        grow_rename_free(rename);
        return fail_memory(error);
    }
    memset(rename->invented, 0xff, (archive->word_count + 1) * sizeof(uint32_t));
    return BF_OK;
}

void grow_rename_free(struct grow_rename *rename)
{
    free(rename->as);
    free(rename->invented);
    *rename = (struct grow_rename){0};
}

double grow_rename_expected(const struct grow_archive *archive, const struct grow_rename *rename, double times)
{
    return archive->vocabulary[2] * pow(times, rename->growth);
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
        if (!lengthen || (c >= '0' && c <= '9')) continue;
        name[length++] = letter_like('a', hash >> 20);
        name[length++] = letter_like('b', hash >> 32);
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

/* A Gamma variate of shape below 1 (Ahrens and Dieter 1974) or, for larger ones, the sum of it and exponential ones. */
static double gamma_variate(struct random_source *random, double shape)
{
    double sum = 0;
    for (; shape > 1; shape--) sum -= log(1 - random_unit(random));
    for (;;) {
        const double b = 1 + shape / exp(1), p = b * random_unit(random), e = -log(1 - random_unit(random));
        const double x = p <= 1 ? pow(p, 1 / shape) : -log((b - p) / shape);
        if (p <= 1 ? x <= e : (1 - shape) * log(x) >= -e) return sum + x;
    }
}

/* How likely a copy spells the word anew: of every word always the same. */
static double anew_probability(const struct grow_archive *archive, const struct grow_rename *rename, uint32_t word)
{
    const uint32_t df = archive->word[word].df, most = archive->article_count / FREQUENT_SHARE + 1;
    if (df > most) return 0;
    if (df > GAMMA_MOST) return rename->growth / df;
    struct random_source random = {random_hash(word)};
    const double anew = gamma_variate(&random, rename->growth), back = gamma_variate(&random, df - rename->growth);
    return anew + back > 0 ? anew / (anew + back) : 0;
}

bf_status grow_rename_copy(struct grow_archive *archive, uint32_t copy, uint64_t seed, struct grow_rename *rename,
                           bf_error *error)
{
    const double lacking = grow_rename_expected(archive, rename, copy + 1) - archive->words.count;
    double named = 0, nameless = 0; /* words to expect that are spelt anew: with a name from an earlier copy, and without */
    for (uint32_t w = 0; w < archive->word_count; w++)
        *(rename->invented[w] == WORD_NONE ? &nameless : &named) += anew_probability(archive, rename, w);
    const double fresh_share = named > 0 ? (lacking - nameless) / named : 1;
    for (uint32_t w = 0; w < archive->word_count; w++) {
        const uint64_t hash = random_hash(seed ^ random_hash(w));
        rename->as[w] = w;
        if (random_unit_of(hash) >= anew_probability(archive, rename, w)) continue;
        /* The same words keep their names in every copy: few names that come back often, and many that don't. */
        if (rename->invented[w] == WORD_NONE || random_unit_of(random_hash(~(uint64_t)w)) < fresh_share) {
            const bf_status status = invent(archive, w, random_hash(hash + 1), &rename->invented[w], error);
            if (status != BF_OK) return status;
        }
        rename->as[w] = rename->invented[w];
    }
    return BF_OK;
}
