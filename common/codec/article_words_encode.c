#include "article_words.h"
#include "bytes.h"
#include "hash.h"

#include <stdlib.h>

enum { NO_WORD = UINT16_MAX, RUN_MOST = 256, BATCH = 32 };

/* Eight bytes, so that the slots of twenty thousand words stay in a processor's second cache. */
struct word_slot {
    uint32_t tag;    /* high half of the hash */
    uint16_t word;   /* NO_WORD: empty */
    uint16_t length;
};

struct article_word_table {
    struct word_slot *slots; /* open addressing, at most half full */
    uint32_t mask;
    struct article_words words;
};

static bool same_bytes(const uint8_t *a, const uint8_t *b, size_t length)
{
    if (length > 16) return memcmp(a, b, length) == 0;
    if (length >= 8) return load_u64(a) == load_u64(b) && load_u64(a + length - 8) == load_u64(b + length - 8);
    if (length >= 4) return load_u32(a) == load_u32(b) && load_u32(a + length - 4) == load_u32(b + length - 4);
    return load_u16(a) == load_u16(b) && a[length - 1] == b[length - 1]; /* WORD_LEAST */
}

/* The word's slot, or the empty one where it would be. */
static inline struct word_slot *word_slot(const struct article_word_table *table, const uint8_t *bytes, size_t length,
                                          uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32), at = (uint32_t)hash & table->mask;
    for (;; at = (at + 1) & table->mask) {
        struct word_slot *slot = &table->slots[at];
        if (slot->word == NO_WORD) return slot;
        if (slot->tag != tag || slot->length != length) continue;
        uint32_t entry = load_u32(table->words.entries + 4 * (size_t)slot->word);
        if (same_bytes(table->words.bytes + (entry & 0xffffff), bytes, length)) return slot;
    }
}

struct article_word_table *article_word_table_make(const struct article_words *words)
{
    struct article_word_table *table = calloc(1, sizeof *table);
    uint32_t size = 16;
    while (size < 2 * words->count) size *= 2;
    struct word_slot *slots = table ? calloc(size, sizeof *slots) : NULL;
    if (!slots) {
        free(table);
        return NULL;
    }
    *table = (struct article_word_table){slots, size - 1, *words};
    for (uint32_t i = 0; i < size; i++) slots[i].word = NO_WORD;
    for (uint32_t word = 0; word < words->count; word++) {
        uint32_t entry = load_u32(words->entries + 4 * (size_t)word), length = entry >> 24, offset = entry & 0xffffff;
        if (length < WORD_LEAST || length > WORD_MOST || offset + length > words->length) continue;
        uint64_t hash = hash_bytes(words->bytes + offset, length);
        struct word_slot *slot = word_slot(table, words->bytes + offset, length, hash);
        if (slot->word == NO_WORD)
            *slot = (struct word_slot){(uint32_t)(hash >> 32), (uint16_t)word, (uint16_t)length};
    }
    return table;
}

void article_word_table_free(struct article_word_table *table)
{
    if (!table) return;
    free(table->slots);
    free(table);
}

static uint8_t *put_word(uint8_t *out, uint32_t word)
{
    if (word < WORD_SHORT_COUNT) {
        *out++ = (uint8_t)(WORD_SHORT + word);
        return out;
    }
    word -= WORD_SHORT_COUNT;
    *out++ = (uint8_t)(WORD_LONG + (word >> 8));
    *out++ = (uint8_t)word;
    return out;
}

/* Letters that are no word of the list: those that are not ASCII in runs. */
static uint8_t *put_letters(uint8_t *out, const uint8_t *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t run = 0;
        while (run < RUN_MOST && at + run < length && text[at + run] >= 0x80) run++;
        if (!run) {
            *out++ = text[at++];
            continue;
        }
        *out++ = WORD_BYTES;
        *out++ = (uint8_t)(run - 1);
        memcpy(out, text + at, run);
        out += run;
        at += run;
    }
    return out;
}

/* What lies between words. *space: a space that goes without saying was not put yet. */
static uint8_t *put_between(uint8_t *out, const uint8_t *text, size_t at, size_t end, bool *space)
{
    for (; at < end; at++) {
        if (*space) *out++ = ' ';
        *space = text[at] == ' ' && at > 0 && article_word_spaced(text[at - 1]);
        if (!*space) *out++ = text[at];
    }
    return out;
}

/* A run of letters that may be a word of the list. */
struct letters {
    size_t at, length;
    uint64_t hash;
};

/* The next runs of letters from *at on; what a look-up of each will want of the memory is asked for. */
static uint32_t find_letters(const struct article_word_table *table, const uint8_t *text, size_t length, size_t *at,
                             struct letters found[BATCH])
{
    uint32_t count = 0;
    size_t here = *at;
    while (here < length && count < BATCH) {
        size_t end = article_word_end(text, length, here);
        if (end > here) {
            uint64_t hash = hash_bytes(text + here, end - here);
            __builtin_prefetch(&table->slots[(uint32_t)hash & table->mask]);
            found[count++] = (struct letters){here, end - here, hash};
        }
        here = end < length ? end + 1 : end; /* behind letters stands something else */
    }
    *at = here;
    return count;
}

bool article_words_encode(const struct article_word_table *table, const uint8_t *text, size_t length, struct buffer *out)
{
    /* At most: every second byte a run of one. */
    uint8_t *start = buffer_reserve(out, 2 * length + 2), *put = start;
    bool space = false;
    if (!start) return false;
    for (size_t ahead = 0, done = 0; ahead < length;) {
        struct letters found[BATCH];
        uint32_t count = find_letters(table, text, length, &ahead, found);
        for (uint32_t i = 0; i < count; i++) {
            size_t at = found[i].at, size = found[i].length;
            put = put_between(put, text, done, at, &space);
            uint32_t word = NO_WORD;
            if (size >= WORD_LEAST && size <= WORD_MOST) word = word_slot(table, text + at, size, found[i].hash)->word;
            if (word != NO_WORD) {
                if (!space && at > 0 && article_word_spaced(text[at - 1])) *put++ = WORD_JOINED;
                put = put_word(put, word);
            } else {
                if (space) *put++ = ' ';
                put = put_letters(put, text + at, size);
            }
            space = false;
            done = at + size;
        }
        put = put_between(put, text, done, ahead, &space);
        done = ahead;
    }
    if (space) *put++ = ' ';
    out->length += (size_t)(put - start);
    return true;
}
