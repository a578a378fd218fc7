#include "article_history.h"

#include "index_fixture.h"

#include <stdio.h>
#include <string.h>

enum { COMMON_WORDS = 40, RARE_WORDS = 200000, LONG_ARTICLE = 2500 };

const char *const history_markers[HISTORY_MARKERS] = {"alder", "birch", "cedar", "damson", "elder", "fir", "gorse", "hazel"};

void history_remove(struct history *history, uint32_t id)
{
    for (uint32_t i = 0; i < history->count; i++)
        if (history->arrival[i] == id) {
            memmove(history->arrival + i, history->arrival + i + 1, (history->count - i - 1) * sizeof *history->arrival);
            history->count--;
            break;
        }
    history->version[id] = 0;
}

void history_add(struct history *history, uint32_t id, uint32_t version)
{
    history_remove(history, id);
    history->version[id] = version;
    history->arrival[history->count++] = id;
}

static uint64_t seed_of(uint32_t id, uint32_t version)
{
    return ((uint64_t)id + 1) * UINT64_C(0x9E3779B97F4A7C15) ^ ((uint64_t)version + 1) * UINT64_C(0xC2B2AE3D27D4EB4F);
}

bool history_has_marker(uint32_t id, uint32_t version, unsigned marker)
{
    uint64_t seed = seed_of(id, version) + marker;
    random_next(&seed);
    return random_next(&seed) % (marker + 2) == 0;
}

void history_write(uint32_t id, uint32_t version, struct history_article *article)
{
    uint64_t seed = seed_of(id, version);
    const size_t room = sizeof article->body;
    size_t length = 0, words = random_next(&seed) % 30;
    bool is_long = random_next(&seed) % 32 == 0;
    if (is_long) words = LONG_ARTICLE;
    snprintf(article->id, sizeof article->id, "article%u", id);
    snprintf(article->title, sizeof article->title, "Version%u w%u w%u", version, (unsigned)(random_next(&seed) % COMMON_WORDS),
             (unsigned)(random_next(&seed) % COMMON_WORDS));
    article->body[0] = '\0';
    /* Small numbers are common: w0 is in nearly every text, w39 in few. */
    for (size_t i = 0; i < words; i++) {
        uint64_t word = is_long && i % 2 ? COMMON_WORDS + random_next(&seed) % RARE_WORDS
                                         : random_next(&seed) % COMMON_WORDS * (random_next(&seed) % COMMON_WORDS) / COMMON_WORDS;
        length += (size_t)snprintf(article->body + length, room - length, "w%u ", (unsigned)word);
    }
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++)
        if (history_has_marker(id, version, marker))
            length += (size_t)snprintf(article->body + length, room - length, "%s ", history_markers[marker]);
}
