#include "analyzer.h"

#include "buffer.h"
#include "fold.h"
#include "hash.h"
#include "language.h"
#include "status.h"
#include "tokenizer.h"
#include "unicode_table.h"
#include "utf8.h"
#include "utf8_decode.h"

#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Counts the changes of RULES.md and of the code that follows it. */
enum { RULES_VERSION = 1 };

/* Buffers larger than this are given back after the word that needed them. */
enum { BUFFER_KEPT = 64 << 10 };

struct analyzer {
    const struct language *language;
    struct sb_stemmer *stemmer; /* NULL: none */
    bool plain;
    struct buffer word, folded; /* the word being made; its second folding */
    char name[32];
    char identity[ANALYZER_IDENTITY_MAX];
};

static bf_status unknown_language(const char *language, bf_error *error)
{
    char known[512] = "";
    size_t length = 0;
    for (const char **name = sb_stemmer_list(); *name && length < sizeof known; name++)
        length += (size_t)snprintf(known + length, sizeof known - length, "%s, ", *name);
    return fail(error, BF_BAD_ARGUMENT,
                "there is no stemmer for \"%.40s\"; known are %sand none (also right for Chinese, Japanese, Korean, Thai)",
                language, known);
}

static void analyzer_identify(struct analyzer *analyzer)
{
    if (analyzer->plain) {
        snprintf(analyzer->identity, sizeof analyzer->identity, "plain/%d", RULES_VERSION);
        return;
    }
    char stemmer[16] = "none";
    if (analyzer->stemmer) snprintf(stemmer, sizeof stemmer, "%08x", (unsigned)language_fingerprint(analyzer->stemmer));
    snprintf(analyzer->identity, sizeof analyzer->identity, "standard/%d language=%s snowball=%s unicode=%s normalization=%s",
             RULES_VERSION, analyzer->name, stemmer, character_unicode_version, utf8proc_unicode_version());
}

bf_status analyzer_new(const char *language, const char *analysis, struct analyzer **analyzer, bf_error *error)
{
    bool plain = strcmp(analysis, "plain") == 0;
    if (!plain && strcmp(analysis, "standard") != 0)
        return fail(error, BF_BAD_ARGUMENT, "there is no analysis \"%.40s\"; known are standard and plain", analysis);
    struct analyzer *made = calloc(1, sizeof *made);
    if (!made) return fail_memory(error);
    bf_status status = BF_OK;
    const struct language *known = language_find(language);
    made->plain = plain;
    made->language = known && !plain ? known : language_find("none");
    snprintf(made->name, sizeof made->name, "%s", plain ? "none" : known ? known->name : language);
    if (strcmp(language, "none") != 0) {
        made->stemmer = sb_stemmer_new(known ? known->name : language, "UTF_8");
        if (!made->stemmer) {
            status = unknown_language(language, error);
            goto out;
        }
    }
    analyzer_identify(made);
    *analyzer = made;
    made = NULL;
out:
    analyzer_free(made);
    return status;
}

/* The value of " name=value" in an identity, NUL-terminated; false: not there, or too long. */
static bool identity_value(const char *identity, const char *name, char *value, size_t room)
{
    const char *found = strstr(identity, name);
    if (!found) return false;
    found += strlen(name);
    size_t length = strcspn(found, " ");
    if (length == 0 || length >= room) return false;
    memcpy(value, found, length);
    value[length] = '\0';
    return true;
}

bf_status analyzer_from_identity(const char *identity, struct analyzer **analyzer, bf_error *error)
{
    struct analyzer *made = NULL;
    char language[32] = "none";
    bool plain = strncmp(identity, "plain/", 6) == 0;
    bf_status status = BF_INCOMPATIBLE;
    bool standard = strncmp(identity, "standard/", 9) == 0 && identity_value(identity, " language=", language, sizeof language);
    if (!plain && !standard) {
        fail(error, status, "the index was made by the analyzer \"%.300s\", but this build has only standard/%d and plain/%d",
             identity, RULES_VERSION, RULES_VERSION);
        goto out;
    }
    bf_error cause;
    bf_status made_status = analyzer_new(language, plain ? "plain" : "standard", &made, &cause);
    if (made_status != BF_OK) {
        if (made_status == BF_NO_MEMORY) status = fail_memory(error);
        else fail(error, status, "the index was made by the analyzer \"%.300s\", but %s", identity, cause.message);
        goto out;
    }
    if (strcmp(made->identity, identity) != 0) {
        fail(error, status, "the index was made by the analyzer \"%.300s\", but this build has \"%s\"", identity, made->identity);
        goto out;
    }
    *analyzer = made;
    made = NULL;
    status = BF_OK;
out:
    analyzer_free(made);
    return status;
}

void analyzer_free(struct analyzer *analyzer)
{
    if (!analyzer) return;
    sb_stemmer_delete(analyzer->stemmer);
    buffer_free(&analyzer->word);
    buffer_free(&analyzer->folded);
    free(analyzer);
}

const char *analyzer_identity(const struct analyzer *analyzer) { return analyzer->identity; }

const char *analyzer_language(const struct analyzer *analyzer) { return analyzer->name; }

bool analyzer_has_forms(const struct analyzer *analyzer) { return !analyzer->plain && analyzer->stemmer; }

bool analyzer_is_plain(const struct analyzer *analyzer) { return analyzer->plain; }

/* Puts the folded surface form into analyzer->word. */
static void analyzer_fold_word(struct analyzer *analyzer, const char *surface, size_t length, unsigned how)
{
    struct buffer *word = &analyzer->word;
    buffer_clear(word);
    uint8_t *out = buffer_reserve(word, length);
    if (!out) return;
    unsigned not_ascii = 0, capital_i = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)surface[i];
        not_ascii |= byte;
        capital_i |= byte == 'I';
        out[i] = (uint8_t)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    }
    if (not_ascii < 0x80 && !(capital_i && how & FOLD_TURKISH)) word->length = length;
    else fold_append(word, surface, length, how);
}

static bool word_is_ascii(const struct buffer *word)
{
    unsigned all = 0;
    for (size_t i = 0; i < word->length; i++) all |= word->bytes[i];
    return all < 0x80;
}

static bool word_has_letters(const struct buffer *word)
{
    for (size_t i = 0; i < word->length; i++)
        if (word->bytes[i] >= 'a') return true;
    return false;
}

static void analyzer_reform_word(struct analyzer *analyzer)
{
    struct buffer *word = &analyzer->word;
    if (word->length == 0 || word->failed) return;
    char *bytes = (char *)word->bytes;
    word->length = wordform_number(bytes, word->length);
    word->length = wordform_acronym(bytes, word->length);
    word->length = wordform_apostrophe(bytes, word->length, analyzer->language->apostrophes, analyzer->language->elisions);
}

static void analyzer_stem_word(struct analyzer *analyzer, bool *failed)
{
    struct buffer *word = &analyzer->word;
    if (word->length == 0 || word->length > TERM_MAX || !word_has_letters(word)) return;
    const sb_symbol *stem = sb_stemmer_stem(analyzer->stemmer, word->bytes, (int)word->length);
    if (!stem) {
        *failed = true;
        return;
    }
    size_t length = (size_t)sb_stemmer_length(analyzer->stemmer);
    if (length == 0) return; /* nothing left of it: better the word itself */
    if (analyzer->language->final_i && length >= 5 && stem[length - 1] == 'i') length--;
    buffer_clear(word);
    buffer_append(word, stem, length);
}

/* Takes the accents off the stem. */
static void analyzer_fold_stem(struct analyzer *analyzer)
{
    struct buffer stem = analyzer->word;
    if (stem.failed || word_is_ascii(&stem)) return;
    buffer_clear(&analyzer->folded);
    fold_append(&analyzer->folded, (const char *)stem.bytes, stem.length, FOLD_ACCENTS);
    analyzer->word = analyzer->folded;
    analyzer->folded = stem;
}

/* The bytes as a term: all of them, or their beginning and a hash of the whole. */
static size_t make_term(const uint8_t *bytes, size_t length, char term[TERM_MAX])
{
    enum { HASH_DIGITS = 16 };
    if (length <= TERM_MAX) {
        if (length > 0) memcpy(term, bytes, length);
        return length;
    }
    size_t kept = TERM_MAX - 1 - HASH_DIGITS;
    kept = utf8_back((const char *)bytes, kept + 1);
    memcpy(term, bytes, kept);
    char digits[HASH_DIGITS + 1];
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long)hash_bytes(bytes, length));
    term[kept] = '~';
    memcpy(term + kept + 1, digits, HASH_DIGITS);
    return kept + 1 + HASH_DIGITS;
}

static void shrink(struct buffer *buffer)
{
    if (buffer->room > BUFFER_KEPT) buffer_free(buffer);
}

/* Where accents are folded first the form comes by on the way to the term. */
struct byway {
    char *form;
    size_t form_length; /* 0 where it does not */
};

static size_t analyzer_make(struct analyzer *analyzer, const char *surface, size_t length, bool stemmed, char term[TERM_MAX],
                            struct byway *byway, bool *failed)
{
    if (analyzer->plain) return make_term((const uint8_t *)surface, length, term);
    bool stem_failed = false;
    enum accent_order accents = stemmed && analyzer->stemmer ? analyzer->language->accents : ACCENTS_FIRST;
    unsigned how = (accents == ACCENTS_FIRST ? FOLD_ACCENTS : 0) | (analyzer->language->turkish_case ? FOLD_TURKISH : 0);
    analyzer_fold_word(analyzer, surface, length, how);
    analyzer_reform_word(analyzer);
    if (byway && accents == ACCENTS_FIRST)
        byway->form_length = make_term(analyzer->word.bytes, analyzer->word.length, byway->form);
    if (stemmed && analyzer->language->conjunctions)
        analyzer->word.length = wordform_conjunction((char *)analyzer->word.bytes, analyzer->word.length);
    if (stemmed && analyzer->stemmer) analyzer_stem_word(analyzer, &stem_failed);
    if (accents != ACCENTS_FIRST) analyzer_fold_stem(analyzer);
    if (accents == ACCENTS_BETWEEN) {
        analyzer_stem_word(analyzer, &stem_failed);
        analyzer_fold_stem(analyzer);
    }
    size_t term_length = make_term(analyzer->word.bytes, analyzer->word.length, term);
    if (failed && (analyzer->word.failed || stem_failed)) *failed = true;
    shrink(&analyzer->word);
    shrink(&analyzer->folded);
    return term_length;
}

size_t analyzer_term(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX], bool *failed)
{
    return analyzer_make(analyzer, surface, length, true, term, NULL, failed);
}

size_t analyzer_fold(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX], bool *failed)
{
    size_t term_length = analyzer_make(analyzer, surface, length, false, term, NULL, failed);
    /* Should accents be all there is to it, the word is known by its stem. */
    return term_length ? term_length : analyzer_make(analyzer, surface, length, true, term, NULL, failed);
}

size_t analyzer_term_and_form(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX],
                              char form[TERM_MAX], size_t *form_length, bool *failed)
{
    struct byway byway = {.form = form};
    size_t term_length = analyzer_make(analyzer, surface, length, true, term, &byway, failed);
    *form_length = byway.form_length ? byway.form_length : analyzer_fold(analyzer, surface, length, form, failed);
    return term_length;
}

