/* Any bytes, read as each form, in pieces of different sizes: nothing may crash, hang or hand out text that is not UTF-8. */
#include "part_of_fuzzer.h"
#include "reader_harness.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(bf_text text)
{
    if (utf8_valid_prefix(text.bytes, text.length) != text.length) abort();
}

/* As article_form has them; "any" is found out, containers among them. */
static const char *const parts[] = {"any", "wire", "text", "json", "sgml", "trec"};

/* The first byte chooses form and size of the pieces, the rest is the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const encodings[] = {NULL, NULL, NULL, NULL, "UTF-16", "latin1", "SHIFT_JIS", "UTF-8"};
    static const size_t pieces[] = {0, 1, 7, 4096};
    if (size == 0) return 0;
    const uint8_t choice = part_of_fuzzer(parts, 6, data[0]);
    struct gathered gathered = {
        .options = {.form = (enum article_form)(choice % 6), .encoding = encodings[choice >> 3 & 7]},
        .piece = pieces[choice >> 6],
        .article_max = 1 << 16,
        .record_max = 1 << 15,
        .round_trip = true,
    };
    if (gathered.options.form == FORM_JSON && choice & 0x80) gathered.options.map = "title=a.b,body=c.0,date=d";
    gather_bytes(&gathered, data + 1, size - 1, "fuzz");
    if (gathered.round_trip_failures) {
        fprintf(stderr, "%s\n", gathered.round_trip_note);
        abort();
    }
    for (size_t i = 0; i < gathered.article_count; i++) {
        const bf_article *article = &gathered.articles[i].article;
        const bf_text texts[] = {article->id,  article->title,  article->body, article->section,  article->place,
                                 article->byline, article->source, article->url,  article->language, article->extra};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) must_be_text(texts[k]);
        for (size_t k = 0; k < article->keyword_count; k++) must_be_text(article->keywords[k]);
        if (article->id.length == 0 || article->id.length > BF_ID_MAX) abort();
    }
    gathered_free(&gathered);
    return 0;
}
