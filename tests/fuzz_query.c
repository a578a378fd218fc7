/* Any bytes are a query: parsed in each of the four ways, and what was understood parsed again. */
#include "query.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct analyzer *analyzer;
    if (!analyzer && analyzer_new("english", "standard", &analyzer, NULL) != BF_OK) abort();
    char *text = malloc(size + 1);
    if (!text) return 0;
    if (size) memcpy(text, data, size);
    text[size] = '\0';
    for (int way = 0; way < 4; way++) {
        struct query_options options = {.plain = way & 1, .match_all = way & 2};
        struct arena arena = {0};
        struct query *query, *again;
        if (query_parse(text, &options, analyzer, &arena, &query, NULL) != BF_OK) abort();
        if (query_parse(query->understood, &options, analyzer, &arena, &again, NULL) != BF_OK) abort();
        if (strcmp(query->understood, again->understood) != 0) abort();
        arena_free(&arena);
    }
    free(text);
    return 0;
}
