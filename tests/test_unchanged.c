/* bf_writer_holds: true only of the very article that is stored, in whatever segment, merged, reordered or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include <stdio.h>
#include <string.h>

enum { ARTICLES = 60 };

static const bf_text keywords[] = {{"trade", 5}, {"harbour", 7}};

static bf_article make(int number, char id[32], char body[200])
{
    snprintf(id, 32, "id-%d", number);
    snprintf(body, 200, "The ferry number %d was late again, and nobody in the harbour of number %d said why.", number, number * 7);
    bf_article article = {.id = text_of(id), .title = text_of("A ferry"), .body = text_of(body), .section = text_of("politics"),
                          .place = text_of("PORT ELLA"), .byline = text_of("By A. B."), .source = text_of("Wire"),
                          .url = text_of("http://example.org/1"), .language = text_of("en"), .keywords = keywords,
                          .keyword_count = 2, .extra = text_of("{\"a\":1}")};
    article.date = (bf_date){.seconds = 1172707200, .precision = BF_DATE_DAY, .zone = BF_ZONE_UNKNOWN};
    return article;
}

static bool holds(bf_writer *writer, const bf_article *article)
{
    bool result = false;
    bf_error error;
    assert_int_equal(bf_writer_holds(writer, article, &result, &error), BF_OK);
    return result;
}

static void add(bf_writer *writer, const bf_article *article)
{
    bf_error error;
    assert_int_equal(bf_writer_add(writer, article, NULL, &error), BF_OK);
}

/* Each member changed by itself, and each left out. */
static void assert_only_itself(bf_writer *writer, const bf_article *article)
{
    assert_true(holds(writer, article));
    static const size_t members[] = {offsetof(bf_article, title), offsetof(bf_article, body), offsetof(bf_article, section),
                                     offsetof(bf_article, place), offsetof(bf_article, byline), offsetof(bf_article, source),
                                     offsetof(bf_article, url), offsetof(bf_article, language), offsetof(bf_article, extra)};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char bytes[300];
        bf_article other = *article;
        bf_text *member = (bf_text *)(void *)((char *)&other + members[i]);
        memcpy(bytes, member->bytes, member->length);
        for (size_t at = 0; at < member->length; at++) {
            bytes[at] ^= 1;
            *member = (bf_text){bytes, member->length};
            assert_false(holds(writer, &other));
            bytes[at] ^= 1;
        }
        member->length--;
        assert_false(holds(writer, &other));
        *member = (bf_text){0};
        assert_false(holds(writer, &other));
    }
    bf_article other = *article;
    other.keyword_count = 1;
    assert_false(holds(writer, &other));
    other = *article;
    other.date.seconds++;
    assert_false(holds(writer, &other));
    other.date = (bf_date){0};
    assert_false(holds(writer, &other));
    other = *article;
    other.id.length--;
    assert_false(holds(writer, &other));
}

static void test_members(void **state)
{
    struct index_fixture *fixture = *state;
    char id[32], body[200];
    bf_writer *writer = open_writer(fixture->path, NULL);
    bf_article article = make(100, id, body);
    assert_false(holds(writer, &article));
    add(writer, &article);
    commit_writer(writer);
    assert_only_itself(writer, &article);
    bf_writer_close(writer);
}

static void test_history(void **state)
{
    struct index_fixture *fixture = *state;
    char id[32], body[200];
    bf_error error;
    bf_writer_options options = {.no_merge = true};
    bf_writer *writer = open_writer(fixture->path, &options);
    for (int i = 0; i < ARTICLES; i++) {
        bf_article article = make(i, id, body);
        add(writer, &article);
        if (i % 13 == 12) commit_writer(writer);
    }
    commit_writer(writer);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < ARTICLES; i++) {
            bf_article article = make(i, id, body);
            assert_only_itself(writer, &article);
        }
        if (round == 0) assert_int_equal(bf_writer_reorder(writer, NULL, NULL, &error), BF_OK);
        if (round != 1) continue;
        bf_writer_close(writer);
        writer = open_writer(fixture->path, &options);
    }
    /* What is deleted or replaced, and not yet committed, is not there as it was. */
    bf_article article = make(5, id, body);
    assert_int_equal(bf_writer_delete(writer, article.id, &error), BF_OK);
    assert_false(holds(writer, &article));
    article = make(6, id, body);
    bf_article changed = article;
    changed.title = text_of("Another ferry");
    add(writer, &changed);
    assert_false(holds(writer, &article));
    commit_writer(writer);
    assert_false(holds(writer, &article));
    assert_only_itself(writer, &changed);
    article = make(5, id, body);
    assert_false(holds(writer, &article));
    bf_writer_close(writer);
}

/* What could not be stored isn't. */
static void test_refused(void **state)
{
    struct index_fixture *fixture = *state;
    char id[32], body[200];
    bf_writer *writer = open_writer(fixture->path, NULL);
    bf_article article = make(1, id, body);
    add(writer, &article);
    commit_writer(writer);
    article.id = (bf_text){0};
    assert_false(holds(writer, &article));
    article = make(1, id, body);
    article.title = text_of("\xff");
    assert_false(holds(writer, &article));
    bf_writer_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_history, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_refused, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("unchanged", tests, NULL, NULL);
}
